import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {may, session} from '../core/session.js';
import {hubNow, workspaceId} from '../core/api.js';
import {arm, arming, stopEverything} from '../core/safety.js';
import {t} from '../core/text.js';
import {clock, countdown, length} from '../core/format.js';
import {icon} from '../kit/icon.js';
import {segments} from '../kit/field.js';
import {attempt} from '../kit/toasts.js';
import '../kit/sw-dialog.js';

const LENGTHS = [600_000, 3_600_000, 14_400_000, 43_200_000];

/** The arm switch: arming asks, disarming is a stop. It counts down what is left. */
class Arm extends Component {
  static properties = {asking: {state: true}, chosen: {state: true}};

  static styles = css`
    sw-arm .arm {
      display: inline-flex;
      align-items: center;
      gap: var(--s2);
      min-height: 44px;
      padding: 0 var(--s3);
      border: 1px solid var(--line-strong);
      border-radius: var(--r2);
      background: var(--surface);
      color: var(--text-soft);
      font: 600 var(--t-md) / 1.1 var(--font);
      white-space: nowrap;
      cursor: pointer;

      &:disabled {
        cursor: not-allowed;
      }

      &.on {
        border-color: var(--warn);
        background: var(--warn-wash);
        color: var(--warn);
      }

      & .left {
        min-width: 4.5ch;
        font-weight: 750;
        text-align: end;
      }

      @media (max-width: 399px) {
        padding: 0 var(--s2);
        font-size: var(--t-sm);
      }
    }
  `;

  constructor() {
    super();
    this.chosen = LENGTHS[1];
    new Watch(this, arming, session, workspaceId, prefs);
  }

  connectedCallback() {
    super.connectedCallback();
    this.clock = setInterval(() => this.requestUpdate(), 1000);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.clock);
  }

  render() {
    const {count, all, until, on} = this.state();
    const known = arming.get() !== null;
    const label = !known ? t('shell.armingUnknown') : !on ? t('shell.disarmed') : count < all ? t('shell.partlyArmed', {count, all}) : t('shell.armed');
    return html`<button class="arm ${on ? 'on' : ''}" type="button" ?disabled=${!may('moderator') || !known}
        @click=${() => (on ? stopEverything() : this.ask())}>
        ${icon('armed')}<span>${label}</span>${on ? html`<span class="left">${countdown(Math.max(0, until - hubNow()))}</span>` : nothing}<span class="sr-only">${on ? t('shell.disarmLabel', {at: clock(until)}) : t('shell.armLabel')}</span>
      </button>
      <sw-dialog .heading=${t('shell.armTitle')} ?open=${this.asking} @closed=${() => (this.asking = false)}
        .content=${() => this.question(all)} .actions=${() => this.answers()}></sw-dialog>`;
  }

  /** How many of the devices are armed, and until when at the latest: by the hub's word, never by this machine's clock. */
  state() {
    const read = arming.get();
    const items = read?.items ?? [];
    const armed = items.map((item) => item.arming).filter((one) => one?.armed);
    const whole = read?.workspace?.armed ? [read.workspace] : [];
    const untils = (armed.length > 0 ? armed : items.length === 0 ? whole : []).map(({until}) => new Date(until).getTime());
    return {count: armed.length, all: items.length, on: untils.length > 0, until: Math.max(0, ...untils)};
  }

  ask() {
    this.asking = true;
  }

  question(all) {
    return html`<p>${t('shell.armText', {count: all})}</p>
      <div class="note warn">${icon('warn')}<p>${t('shell.armWarning')}</p></div>
      <div class="field"><span class="label">${t('shell.armFor')}</span>
        <div>${segments({label: t('shell.armFor'), value: this.chosen, options: LENGTHS.map((ms) => [ms, length(ms)]), on: (ms) => (this.chosen = ms)})}</div>
      </div>`;
  }

  answers() {
    return html`<button class="btn" type="button" @click=${() => (this.asking = false)}>${t('shell.cancel')}</button>
      <button class="btn primary" type="button" data-action="arm" @click=${(event) => this.armNow(event)}>${t('shell.armNow')}</button>`;
  }

  async armNow() {
    if (await attempt(() => arm(this.chosen))) this.asking = false;
  }
}

customElements.define('sw-arm', Arm);
