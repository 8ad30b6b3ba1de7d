import {Component, css, html, nothing} from '../core/element.js';
import {ApiError, call} from '../core/api.js';
import {may} from '../core/session.js';
import {problemText} from '../core/problems.js';
import {t} from '../core/text.js';
import {length} from '../core/format.js';
import {empty} from '../kit/empty.js';
import {field} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import {toast} from '../kit/toasts.js';

const KINDS = ['max_on_ms', 'min_gap_ms', 'max_duty_pct'];

/** The owner's limits, which can only be tighter than the board's own; no rule, button or token exceeds them. */
class Limits extends Component {
  static properties = {device: {attribute: false}, limits: {state: true}, etag: {state: true}, problem: {state: true}, busy: {state: true}};

  static styles = css`
    sw-limits {
      display: grid;
      gap: var(--s4);

      & .three {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(180px, 1fr));
        gap: var(--s4);
      }
    }
  `;

  willUpdate(changed) {
    if (changed.has('device') && changed.get('device')?.id !== this.device.id) this.read();
  }

  async read() {
    this.limits = undefined;
    try {
      const {data, etag} = await call('GET', `/devices/${this.device.id}/limits`);
      this.limits = data;
      this.etag = etag;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error;
    }
  }

  render() {
    const commands = this.device.capabilities?.commands ?? [];
    if (commands.length === 0) return html`<div class="card">${empty({sign: 'settings', title: t('actions.notDescribed'), text: t('actions.notDescribedText')})}</div>`;
    if (!this.limits) return nothing;
    return html`<p class="soft">${t('actions.limitsText')}</p>
      ${this.problem ? html`<div class="note bad" role="alert">${icon('warn')}<p>${problemText(this.problem)}</p></div>` : nothing}
      <form class="stack" @submit=${this.save}>${commands.map((command) => this.command(command))}
        ${may('admin') ? html`<div><button class="btn primary" type="submit" ?disabled=${this.busy}>${t('shell.save')}</button></div>` : nothing}</form>`;
  }

  command(command) {
    const own = this.limits[command.name] ?? {};
    return html`<fieldset class="card"><legend class="sr-only">${command.name}</legend><h2 class="mono">${command.name}</h2><div class="three">
      ${KINDS.map((kind) =>
        field({
          name: `${command.name}-${kind}`,
          label: t(`actions.${kind}`),
          type: 'number',
          min: 0,
          max: kind === 'max_duty_pct' ? 100 : undefined,
          disabled: !may('admin'),
          value: own[kind] ?? '',
          placeholder: String(command[kind] ?? ''),
          hint: kind === 'max_duty_pct' ? t('actions.boardSays', {value: `${command[kind] ?? 100} %`}) : t('actions.boardSays', {value: length(command[kind] ?? 0)}),
          on: (value) => this.set(command.name, kind, value),
        }),
      )}</div></fieldset>`;
  }

  set(command, kind, value) {
    const own = {...this.limits[command]};
    if (value === '') delete own[kind];
    else own[kind] = Number(value);
    this.limits = {...this.limits, [command]: own};
  }

  async save(event) {
    event.preventDefault();
    this.busy = true;
    this.problem = undefined;
    try {
      const wanted = Object.fromEntries(Object.entries(this.limits).filter(([, own]) => Object.keys(own).length > 0));
      await call('PUT', `/devices/${this.device.id}/limits`, {body: wanted, etag: this.etag});
      toast(t('actions.limitsSaved'));
      this.emit('changed');
      await this.read();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error;
    } finally {
      this.busy = false;
    }
  }
}

customElements.define('sw-limits', Limits);
