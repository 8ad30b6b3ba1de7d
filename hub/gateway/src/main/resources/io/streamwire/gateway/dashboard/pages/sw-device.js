import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {ApiError, call, edit, get, newKey, post} from '../core/api.js';
import {readDevices} from '../core/devices.js';
import {arm, arming, stopDevice} from '../core/safety.js';
import {may} from '../core/session.js';
import {statuses, watchStatuses} from '../core/statuses.js';
import {go} from '../core/router.js';
import {removeSimulated} from '../core/simulators.js';
import {t} from '../core/text.js';
import {length} from '../core/format.js';
import {problemText} from '../core/problems.js';
import {chip} from '../kit/chip.js';
import {empty, loading} from '../kit/empty.js';
import {field, segments} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import {presence} from '../kit/presence.js';
import {attempt, toast} from '../kit/toasts.js';
import '../kit/sw-dialog.js';
import '../parts/sw-controls.js';
import '../parts/sw-outputs.js';
import '../parts/sw-limits.js';
import '../parts/sw-device-log.js';
import '../parts/sw-commands.js';
import '../parts/sw-queue.js';
import '../parts/sw-provision.js';

const ARM_MS = 600_000;
const TABS = ['controls', 'commands', 'limits', 'log', 'connect'];

/** One device: its controls, made of what the board says it can do, its limits, its history and how to connect it. */
class DevicePage extends Component {
  static properties = {params: {attribute: false}, workspace: {attribute: false}, device: {state: true}, problem: {state: true}, tab: {state: true}, dialog: {state: true}, name: {state: true}};

  static styles = css`
    sw-device {
      display: grid;
      gap: var(--s5);

      & .title {
        min-width: 0;
      }

      & .two {
        display: grid;
        grid-template-columns: minmax(0, 1.5fr) minmax(0, 1fr);
        gap: var(--s4);
        align-items: start;
      }

      & .tabs {
        overflow-x: auto;

        & .segments {
          flex-wrap: nowrap;
          width: max-content;
        }
      }

      @media (max-width: 999px) {
        & .two {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    }
  `;

  constructor() {
    super();
    this.tab = 'controls';
    new Watch(this, statuses, arming, prefs);
  }

  willUpdate(changed) {
    if (changed.has('params') && this.params.id !== this.shown) this.open(this.params.id);
  }

  open(id) {
    this.shown = id;
    this.device = undefined;
    this.problem = undefined;
    this.end?.();
    this.end = watchStatuses([id]);
    this.read();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.end?.();
    clearTimeout(this.again);
  }

  async read() {
    const id = this.shown;
    clearTimeout(this.again);
    try {
      const device = await get(`/devices/${id}`);
      if (id !== this.shown) return;
      this.device = device;
      // A board that has just been connected says within a moment what it can do.
      if (!device.capabilities && this.isConnected) this.again = setTimeout(() => this.read(), 1500);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error;
    }
  }

  render() {
    if (this.problem) return html`<div class="card">${empty({sign: 'devices', title: problemText(this.problem), action: html`<a class="btn" href="/devices">${t('devices.all')}</a>`})}</div>`;
    const {device} = this;
    if (!device) return loading(t('shell.loading'));
    const status = statuses.get().get(device.id);
    return html`<header class="page-head">
        <div class="title"><a class="small" href="/devices">${t('devices.title')}</a><h1 class="theirs">${device.name}</h1></div>
        <div class="row tight">${this.actions(device, status)}</div>
      </header>
      <div class="row tight">${presence(status)} ${status?.stopped_by ? chip('warn', t('devices.stoppedBy', {who: t(`devices.by_${status.stopped_by}`)})) : nothing}
        ${device.capabilities?.limits === 'hub' ? chip('plain', t('devices.hubLimits')) : nothing}
        <span class="faint small">${device.board === 'virtual' ? t('devices.simulated') : device.board}${status?.firmware ? ` · ${t('devices.firmware', {version: status.firmware})}` : ''}</span></div>
      <div class="tabs">${segments({label: t('devices.parts'), value: this.tab, on: (tab) => (this.tab = tab), options: TABS.filter((tab) => tab !== 'connect' || may('admin')).map((tab) => [tab, t(`devices.tab_${tab}`)])})}</div>
      ${this.part(device, status)}
      ${this.dialogs(device)}`;
  }

  actions({id, name, capabilities}, status) {
    const identifies = capabilities?.commands?.some((command) => command.name === 'identify');
    return html`${may('moderator') && !status?.armed
        ? html`<button class="btn" type="button" @click=${() => attempt(() => arm(ARM_MS, [id]))}>${icon('armed')}${t('devices.armFor', {length: length(ARM_MS)})}</button>`
        : nothing}
      <button class="btn danger" type="button" @click=${() => stopDevice(id)}>${icon('stop')}${t('devices.stopThis')}</button>
      ${may('moderator') && identifies ? html`<button class="btn" type="button" @click=${(event) => this.identify(event)}>${icon('search')}${t('devices.identify')}</button>` : nothing}
      ${may('admin')
        ? html`<button class="btn icon" type="button" aria-label=${t('devices.rename')} @click=${() => this.ask('rename', name)}>${icon('edit')}</button>
            <button class="btn icon" type="button" aria-label=${t('devices.delete')} @click=${() => this.ask('delete')}>${icon('trash')}</button>`
        : nothing}`;
  }

  part(device, status) {
    switch (this.tab) {
      case 'commands':
        return html`<sw-commands .device=${device.id}></sw-commands>`;
      case 'limits':
        return html`<sw-limits .device=${device} @changed=${(event) => this.read(event)}></sw-limits>`;
      case 'log':
        return html`<sw-device-log .device=${device.id}></sw-device-log>`;
      case 'connect':
        return html`<sw-provision .device=${device}></sw-provision>`;
      default:
        return html`<div class="two"><sw-controls .device=${device} .status=${status}></sw-controls>
          <div class="stack"><sw-outputs .device=${device}></sw-outputs><sw-queue .device=${device.id}></sw-queue></div></div>`;
    }
  }

  async identify() {
    const sent = await attempt(() => post(`/devices/${this.device.id}/identify`, undefined, {key: newKey()}));
    if (sent) toast(t('devices.identified'));
  }

  ask(dialog, name = '') {
    this.dialog = dialog;
    this.name = name;
  }

  dialogs(device) {
    const done = () => (this.dialog = undefined);
    return html`<sw-dialog .heading=${t('devices.rename')} ?open=${this.dialog === 'rename'} @closed=${done}
        .content=${() => field({name: 'new-name', label: t('devices.name'), value: this.name, maxlength: 100, on: (value) => (this.name = value)})}
        .actions=${() => html`<button class="btn primary" type="button" ?disabled=${this.name.trim() === ''} @click=${(event) => this.rename(event)}>${t('shell.save')}</button>`}></sw-dialog>
      <sw-dialog .heading=${t('devices.deleteTitle', {name: device.name})} ?open=${this.dialog === 'delete'} @closed=${done}
        .content=${() => html`<p>${t('devices.deleteText')}</p>`}
        .actions=${() => html`<button class="btn" type="button" @click=${done}>${t('shell.cancel')}</button>
          <button class="btn danger" type="button" @click=${(event) => this.delete(event)}>${icon('trash')}${t('shell.remove')}</button>`}></sw-dialog>`;
  }

  async rename() {
    const name = this.name.trim();
    const changed = await attempt(() => edit(`/devices/${this.device.id}`, () => ({name})));
    if (!changed) return;
    this.dialog = undefined;
    this.device = changed;
    readDevices();
  }

  async delete() {
    const {id} = this.device;
    const gone = await attempt(async () => {
      const {etag} = await call('GET', `/devices/${id}`);
      return call('DELETE', `/devices/${id}`, {etag});
    });
    if (!gone) return;
    // Where there are no such boards there is none to end, and the hub ends it by itself, too.
    if (this.device.board === 'virtual') removeSimulated(id).catch(() => {});
    this.dialog = undefined;
    await readDevices();
    go('/devices', {replace: true});
  }
}

customElements.define('sw-device', DevicePage);
