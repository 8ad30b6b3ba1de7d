import {Component, css, html, nothing} from '../core/element.js';
import {ApiError, get, newKey, post, remove} from '../core/api.js';
import {readDevices} from '../core/devices.js';
import {go} from '../core/router.js';
import {addSimulated, simulated} from '../core/simulators.js';
import {problemText} from '../core/problems.js';
import {t} from '../core/text.js';
import {countdown} from '../core/format.js';
import {chip} from '../kit/chip.js';
import {field} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import {toast} from '../kit/toasts.js';
import '../kit/sw-copy.js';
import '../kit/sw-dialog.js';

const BOARDS = ['esp32', 'bridge', 'uno', 'nano', 'mega', 'raspberry-pi', 'other'];
const EVERY = 1500;

/** Adds a device: a simulated one at once, or a board that comes by a QR code, a typed code or a token. */
class AddDevice extends Component {
  static properties = {
    open: {type: Boolean},
    can: {state: true},
    kind: {state: true},
    name: {state: true},
    board: {state: true},
    claim: {state: true},
    made: {state: true},
    problem: {state: true},
    busy: {state: true},
    now: {state: true},
  };

  static styles = css`
    sw-add-device {
      & .kinds {
        display: grid;
        gap: var(--s3);
      }

      & .kind {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 2px var(--s3);
        padding: var(--s4);
        border: 1px solid var(--line-strong);
        border-radius: var(--r2);
        background: none;
        color: inherit;
        font: inherit;
        text-align: start;
        cursor: pointer;

        &:hover {
          border-color: var(--accent);
          background: var(--raised);
        }

        & .icon {
          grid-row: span 2;
          align-self: center;
          width: 28px;
          height: 28px;
          color: var(--accent);
        }
      }

      & .claim {
        display: grid;
        grid-template-columns: 180px minmax(0, 1fr);
        gap: var(--s5);
        align-items: center;

        & img {
          width: 180px;
          height: 180px;
          padding: var(--s2);
          border-radius: var(--r2);
          background: var(--paper);
        }

        @media (max-width: 559px) {
          grid-template-columns: minmax(0, 1fr);
        }
      }

      & .code {
        font: 700 var(--t-2xl) / 1.2 var(--mono);
        letter-spacing: 0.06em;
      }
    }
  `;

  willUpdate(changed) {
    if (!changed.has('open')) return;
    if (this.open) this.begin();
    else this.finish();
  }

  async begin() {
    Object.assign(this, {kind: undefined, name: '', board: 'esp32', claim: undefined, made: undefined, problem: undefined});
    this.can = (await simulated()) !== undefined;
  }

  finish() {
    clearInterval(this.clock);
    const {claim} = this;
    this.claim = undefined;
    if (claim?.state === 'open') remove(`/devices/claims/${claim.id}`).catch(() => {});
    if (this.made || claim) readDevices();
  }

  render() {
    return html`<sw-dialog .heading=${t('devices.addTitle')} ?open=${this.open} .content=${() => this.content()}></sw-dialog>`;
  }

  content() {
    if (this.made) return this.token();
    if (this.claim) return this.claiming();
    return this.kind ? this.form() : this.kinds();
  }

  kinds() {
    const choice = (kind, sign) =>
      html`<button class="kind" type="button" data-kind=${kind} @click=${() => this.choose(kind)}>${icon(sign)}
        <b>${t(`devices.kind_${kind}`)}</b><span class="soft small">${t(`devices.kindText_${kind}`)}</span></button>`;
    return html`<div class="kinds">${this.can ? choice('simulated', 'play') : nothing}${choice('claim', 'devices')}${choice('token', 'tokens')}</div>`;
  }

  choose(kind) {
    this.kind = kind;
    this.name = kind === 'simulated' ? t('devices.simulatedName') : '';
  }

  form() {
    return html`<form class="stack" @submit=${(event) => this.submit(event)}>
      ${field({name: 'device-name', label: t('devices.name'), value: this.name, on: (value) => (this.name = value), maxlength: 100, required: true, error: this.problem && problemText(this.problem)})}
      ${this.kind === 'simulated' ? nothing : field({name: 'device-board', label: t('devices.board'), value: this.board, on: (value) => (this.board = value), options: BOARDS.map((board) => [board, t(`devices.board_${board}`)])})}
      <div class="dialog-foot"><button class="btn" type="button" @click=${() => (this.kind = undefined)}>${icon('back')}${t('devices.back')}</button>
        <button class="btn primary" type="submit" ?disabled=${this.busy || this.name.trim() === ''}>${t('devices.add')}</button></div>
    </form>`;
  }

  async submit(event) {
    event.preventDefault();
    this.busy = true;
    this.problem = undefined;
    try {
      await this.make(this.name.trim());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error;
    } finally {
      this.busy = false;
    }
  }

  make(name) {
    switch (this.kind) {
      case 'simulated':
        return this.withSimulated(name);
      case 'claim':
        return this.withClaim(name);
      default:
        return this.withToken(name);
    }
  }

  async withSimulated(name) {
    const device = await addSimulated(name);
    await readDevices();
    this.emit('closed');
    toast(t('devices.added', {name}));
    go(`/devices/${device.id}`);
  }

  async withToken(name) {
    const device = await post('/devices', {name, board: this.board}, {key: newKey()});
    const token = await post('/devices/tokens', {device_id: device.id, name}, {key: newKey()});
    this.made = {device, ...token};
  }

  async withClaim(name) {
    this.claim = await post('/devices/claims', {name, board: this.board}, {key: newKey()});
    this.now = Date.now();
    this.clock = setInterval(() => this.look(), EVERY);
  }

  async look() {
    this.now = Date.now();
    if (!this.claim || ['done', 'expired'].includes(this.claim.state)) return clearInterval(this.clock);
    try {
      this.claim = {...this.claim, ...(await get(`/devices/claims/${this.claim.id}`))};
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 404) this.claim = {...this.claim, state: 'expired'};
    }
    return undefined;
  }

  claiming() {
    const {claim} = this;
    switch (claim.state) {
      case 'open':
        return html`<div class="claim"><img alt=${t('devices.qr')} src=${`data:image/svg+xml,${encodeURIComponent(claim.qr)}`} />
            <div class="stack"><p>${t('devices.claimText')}</p><div class="code" aria-label=${t('devices.code')}>${claim.code}</div>
              ${chip('accent', t('devices.waits', {left: countdown(new Date(claim.expires_at) - this.now)}))}</div></div>
          <p class="soft small">${t('devices.claimHint')}</p>`;
      case 'waiting':
        return html`<p>${t('devices.blinks')}</p><div class="dialog-foot">
          <button class="btn" type="button" @click=${() => this.emit('closed')}>${t('devices.notMine')}</button>
          <button class="btn primary" type="button" @click=${(event) => this.confirm(event)}>${icon('check')}${t('devices.isMine')}</button></div>`;
      case 'confirmed':
        return html`<p role="status">${t('devices.comes')}</p>`;
      case 'done':
        return html`<div class="note good">${icon('check')}<p>${t('devices.done', {name: claim.name})}</p></div>
          <div class="dialog-foot"><button class="btn primary" type="button" @click=${() => this.show(claim.device_id)}>${t('devices.show')}</button></div>`;
      default:
        return html`<div class="note warn">${icon('warn')}<p>${t('devices.expired')}</p></div>
          <div class="dialog-foot"><button class="btn" type="button" @click=${() => (this.claim = undefined)}>${t('shell.tryAgain')}</button></div>`;
    }
  }

  async confirm() {
    try {
      this.claim = {...this.claim, ...(await post(`/devices/claims/${this.claim.id}/confirm`))};
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast(problemText(error), 'bad');
    }
  }

  token() {
    const {device, token, mqtt} = this.made;
    return html`<p>${t('devices.tokenText')}</p>
      <dl class="facts"><dt>${t('devices.mqttUrl')}</dt><dd class="mono">${mqtt.url}</dd><dt>${t('devices.clientId')}</dt><dd class="mono">${mqtt.client_id}</dd>
        <dt>${t('devices.username')}</dt><dd class="mono">${mqtt.username}</dd></dl>
      <div class="row copyable"><code class="grow">${token}</code><sw-copy .text=${token}></sw-copy></div>
      <div class="note warn">${icon('warn')}<p>${t('devices.tokenOnce')}</p></div>
      <div class="dialog-foot"><button class="btn primary" type="button" @click=${() => this.show(device.id)}>${t('devices.show')}</button></div>`;
  }

  async show(id) {
    await readDevices();
    this.emit('closed');
    go(`/devices/${id}`);
  }
}

customElements.define('sw-add-device', AddDevice);
