import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {deviceName, devices} from '../core/devices.js';
import {eventIcon, eventText, viewerName} from '../core/events.js';
import {countdown} from '../core/format.js';
import {outcomeKind, outcomeText} from '../core/outcomes.js';
import {t} from '../core/text.js';
import {chip} from '../kit/chip.js';
import {icon} from '../kit/icon.js';

const STEP = 100;

/** What an action of a dry run would be, in a few words. */
export const wouldText = ({type, command, args, device_id: device, tag, text, delay_ms: delay}) => {
  const what = command ? `${command} · ${device ? deviceName(device) : `#${tag}`}${argsText(args)}` : type === 'overlay_triggered' ? `“${text}”` : t('rehearsal.tellsOthers');
  return delay > 0 ? t('rehearsal.later', {what, time: countdown(delay)}) : what;
};

const argsText = (args = {}) => {
  const list = Object.entries(args).map(([name, value]) => `${name} ${value}`);
  return list.length > 0 ? ` (${list.join(', ')})` : '';
};

/** Decisions one below the other: `rows` of `{at: ms, event, event_type, rule, decision, other}`; `other` is what another set decides. */
class Would extends Component {
  static properties = {rows: {attribute: false}, shown: {state: true}};

  static styles = css`
    sw-would {
      display: block;

      & ol {
        max-height: 560px;
        overflow-y: auto;
      }

      & li {
        display: grid;
        grid-template-columns: 52px minmax(0, 1.2fr) minmax(0, 1fr);
        gap: var(--s1) var(--s3);
        align-items: center;
        padding: var(--s3) var(--s5);
        border-top: 1px solid var(--line);
      }

      & .what {
        display: flex;
        align-items: center;
        gap: var(--s2);
        min-width: 0;
      }

      & .came {
        display: grid;
        gap: var(--s1);
        justify-items: start;
        min-width: 0;
      }

      & .does {
        max-width: 100%;
      }

      @media (max-width: 799px) {
        & li {
          grid-template-columns: 44px minmax(0, 1fr);
          padding-inline: var(--s4);
        }

        & .came {
          grid-column: 2;
        }
      }
    }
  `;

  constructor() {
    super();
    this.shown = STEP;
    new Watch(this, devices, prefs);
  }

  render() {
    const rest = this.rows.length - this.shown;
    return html`<ol class="plain" tabindex="0" aria-label=${t('rehearsal.list')}>${this.rows.slice(0, this.shown).map((row) => this.row(row))}</ol>
      ${rest > 0 ? html`<div class="more"><button class="btn" type="button" @click=${() => (this.shown += STEP)}>${t('shell.showMore')}</button></div>` : nothing}`;
  }

  row({at, event, event_type: type, rule, decision, other}) {
    return html`<li><span class="faint small mono">${countdown(at)}</span>
      <span class="what">${icon(eventIcon(type).replace('other', 'bolt'))}<span class="cut theirs"><bdi>${event ? html`<b>${viewerName(event.user)}</b> ${eventText(event)}` : eventText({type})}</bdi></span></span>
      <span class="came"><span class="cut theirs soft small does"><bdi>${rule}</bdi></span>${this.outcome(decision)}
        ${other !== undefined ? html`<span class="row tight"><span class="soft small">${t('rehearsal.becomes')}</span></span>${this.outcome(other)}` : nothing}</span></li>`;
  }

  outcome(decision) {
    if (decision === null) return chip('plain', t('rehearsal.notMeant'));
    const actions = decision.actions ?? [];
    return html`${chip(outcomeKind(decision.outcome), outcomeText(decision))}${actions.map((action) => html`<span class="cut theirs small mono does"><bdi>${wouldText(action)}</bdi></span>`)}`;
  }
}

customElements.define('sw-would', Would);
