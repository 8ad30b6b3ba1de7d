import {Component, html, nothing} from '../core/element.js';
import {ApiError, get} from '../core/api.js';
import {hear} from '../core/live.js';
import {deviceName} from '../core/devices.js';
import {t} from '../core/text.js';
import {dateTime, length} from '../core/format.js';
import {empty, loading} from '../kit/empty.js';
import {commandState} from '../kit/presence.js';

const SOON = 600;

/** The newest commands of a device, or of several: what each was, who wanted it, what became of it. */
class Commands extends Component {
  static properties = {device: {attribute: false}, devices: {attribute: false}, list: {state: true}, next: {state: true}};

  connectedCallback() {
    super.connectedCallback();
    this.end = hear('commands', () => this.soon(), () => this.soon());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.end();
    clearTimeout(this.due);
    this.due = undefined;
  }

  willUpdate(changed) {
    if (changed.has('device') || changed.has('devices')) this.read();
  }

  soon() {
    this.due ??= setTimeout(() => {
      this.due = undefined;
      this.read();
    }, SOON);
  }

  async read() {
    try {
      if (this.device) {
        this.list = (await get(`/devices/${this.device}/commands?limit=50`)).items;
        return;
      }
      const pages = await Promise.all((this.devices ?? []).map((id) => get(`/devices/${id}/commands?limit=20`)));
      this.list = pages.flatMap(({items}) => items).sort((one, other) => new Date(other.issued_at) - new Date(one.issued_at)).slice(0, 60);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.list ??= [];
    }
  }

  render() {
    if (!this.list) return loading(t('shell.loading'));
    if (this.list.length === 0) return html`<div class="card">${empty({sign: 'receipts', title: t('actions.noCommands'), text: t('actions.noCommandsText')})}</div>`;
    return html`<div class="card flush"><div class="table-wrap" role="region" tabindex="0" aria-label=${t('actions.command')}><table class="table stacked">
      <thead><tr><th>${t('actions.command')}</th>${this.device ? nothing : html`<th>${t('actions.device')}</th>`}<th>${t('actions.cause')}</th><th>${t('actions.state')}</th><th class="number">${t('actions.took')}</th><th>${t('actions.when')}</th></tr></thead>
      <tbody>${this.list.map((command) => this.line(command))}</tbody></table></div></div>`;
  }

  line(command) {
    const {id, hops, issued_at, cause, source, device_id} = command;
    const from = hops?.frame ?? hops?.decided;
    return html`<tr>
      <td><a class="mono" href="/receipts/${id}">${command.command}</a></td>
      ${this.device ? nothing : html`<td>${deviceName(device_id)}</td>`}
      <td>${cause?.rule_name ?? t(`actions.source_${source}`)}</td>
      <td>${commandState(command)}</td>
      <td class="number">${hops?.on && from ? length((hops.on - from) / 1000) : '–'}</td>
      <td class="soft last">${dateTime(issued_at)}</td></tr>`;
  }
}

customElements.define('sw-commands', Commands);
