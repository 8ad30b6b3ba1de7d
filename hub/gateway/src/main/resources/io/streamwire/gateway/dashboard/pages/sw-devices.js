import {Component, css, html} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {devices, readDevices} from '../core/devices.js';
import {arming} from '../core/safety.js';
import {may} from '../core/session.js';
import {statuses, watchStatuses} from '../core/statuses.js';
import {t} from '../core/text.js';
import {empty, loading} from '../kit/empty.js';
import {icon} from '../kit/icon.js';
import {presence} from '../kit/presence.js';
import '../parts/sw-add-device.js';

/** Every device: is it there, may it move, what can it do. */
class Devices extends Component {
  static properties = {params: {attribute: false}, workspace: {attribute: false}, adding: {state: true}};

  static styles = css`
    sw-devices {
      display: grid;
      gap: var(--s5);

      & .device {
        gap: var(--s3);
      }

      & .device h2 {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, devices, statuses, arming, prefs);
  }

  connectedCallback() {
    super.connectedCallback();
    this.listening = devices.listen(() => this.follow());
    readDevices();
    this.follow();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.listening();
    this.end?.();
  }

  follow() {
    this.end?.();
    this.end = watchStatuses([...(devices.get()?.keys() ?? [])]);
  }

  render() {
    const all = devices.get();
    return html`<header class="page-head">
        <div><h1>${t('devices.title')}</h1><p>${t('devices.text')}</p></div>
        ${may('admin') ? html`<button class="btn primary" type="button" @click=${() => (this.adding = true)}>${icon('plus')}${t('devices.add')}</button>` : ''}
      </header>
      ${all === null ? loading(t('shell.loading')) : all.size === 0 ? this.none() : html`<div class="tiles">${[...all.values()].map((device) => this.card(device))}</div>`}
      <sw-add-device ?open=${this.adding} @closed=${() => (this.adding = false)}></sw-add-device>`;
  }

  none() {
    return html`<div class="card">${empty({
      sign: 'devices',
      title: t('devices.none'),
      text: t('devices.noneText'),
      action: may('admin') ? html`<button class="btn primary" type="button" @click=${() => (this.adding = true)}>${t('devices.addFirst')}</button>` : undefined,
    })}</div>`;
  }

  card({id, name, board, capabilities, tags}) {
    const commands = (capabilities?.commands ?? []).map((command) => command.name);
    return html`<a class="card device" href="/devices/${id}">
      <h2>${name}</h2>
      <div class="row tight">${presence(statuses.get().get(id))}</div>
      <p class="faint small">${board === 'virtual' ? t('devices.simulated') : board}${commands.length > 0 ? html` · <span class="mono">${commands.join(', ')}</span>` : ` · ${t('devices.notDescribed')}`}</p>
      ${tags?.length ? html`<div class="row tight">${tags.map((tag) => html`<span class="chip">#${tag}</span>`)}</div>` : ''}
    </a>`;
  }
}

customElements.define('sw-devices', Devices);
