import {Component, css, html, nothing} from '../core/element.js';
import {ApiError, get} from '../core/api.js';
import {t, hasText} from '../core/text.js';
import {dateTime} from '../core/format.js';
import {chip} from '../kit/chip.js';
import {empty, loading} from '../kit/empty.js';
import {reasonText} from '../kit/presence.js';

/** What happened to a device and what its board said, the newest first. */
class DeviceLog extends Component {
  static properties = {device: {attribute: false}, lines: {state: true}, next: {state: true}};

  static styles = css`
    sw-device-log li {
      display: grid;
      grid-template-columns: 190px 110px minmax(0, 1fr);
      gap: var(--s3);
      align-items: center;
      padding: var(--s2) var(--s5);
      border-bottom: 1px solid var(--line);

      @media (max-width: 799px) {
        grid-template-columns: minmax(0, 1fr) auto;
        padding: var(--s2) var(--s4);

        & .said {
          grid-column: 1 / -1;
        }
      }
    }
  `;

  willUpdate(changed) {
    if (!changed.has('device')) return;
    this.lines = undefined;
    this.read();
  }

  async read(cursor) {
    try {
      const page = await get(`/devices/${this.device}/logs?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
      this.lines = [...(cursor ? this.lines : []), ...page.items];
      this.next = page.next_cursor;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.lines ??= [];
    }
  }

  render() {
    if (!this.lines) return loading(t('shell.loading'));
    if (this.lines.length === 0) return html`<div class="card">${empty({sign: 'receipts', title: t('actions.noLog')})}</div>`;
    return html`<div class="card flush"><ul class="plain">${this.lines.map((line) => this.line(line))}</ul>
      ${this.next ? html`<div class="row"><button class="btn small" type="button" @click=${() => this.read(this.next)}>${t('actions.more')}</button></div>` : nothing}</div>`;
  }

  line({at, kind, presence, state, command_id, command, from, reason, level, text}) {
    const words =
      kind === 'command'
        ? html`${command ? html`<b>${command}</b> ` : nothing}<a href="/receipts/${command_id}">${from ? `${t(`shell.state_${from}`)} → ` : ''}${t(`shell.state_${state}`)}</a>${reason ? ` · ${reasonText(reason)}` : ''}`
        : kind === 'status'
          ? `${hasText(`shell.presence_${presence}`) ? t(`shell.presence_${presence}`) : (presence ?? '')} · ${state ?? ''}`
          : html`${level ? html`<b>${level}</b> ` : nothing}<bdi>${text}</bdi>`;
    return html`<li><time class="faint small">${dateTime(at)}</time><span>${chip('plain', t(`actions.kind_${kind}`))}</span><span class="said theirs">${words}</span></li>`;
  }
}

customElements.define('sw-device-log', DeviceLog);
