import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {deviceName, devices} from '../core/devices.js';
import {closeReport, lastStop} from '../core/safety.js';
import {t} from '../core/text.js';
import {time} from '../core/format.js';
import {chip} from '../kit/chip.js';
import {icon} from '../kit/icon.js';

/** What became of the last stop: who has confirmed it, and in red who has not. */
class Stopped extends Component {
  static styles = css`
    sw-stopped {
      position: sticky;
      z-index: 19;
      top: calc(var(--top) + var(--s3));
      display: block;

      &:empty {
        display: none;
      }

      & .report {
        display: grid;
        gap: var(--s3);
        padding: var(--s4) var(--s5);
        border: 2px solid var(--good);
        border-radius: var(--r3);
        background: var(--good-wash);
      }

      & .report.open {
        border-color: var(--bad);
        background: var(--bad-wash);
      }

      & .headline {
        font-size: var(--t-lg);
        font-weight: 750;
      }

      @media (max-width: 799px) {
        top: calc(56px + var(--s2));
      }

      & ul {
        display: flex;
        flex-wrap: wrap;
        gap: var(--s2);
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, lastStop, devices, prefs);
  }

  render() {
    const stop = lastStop.get();
    if (!stop) return nothing;
    const good = stop.phase === 'done';
    return html`<section class="report ${good ? '' : 'open'}" role="alert" aria-label=${t('shell.stopReport')}>
      <div class="row apart">
        <span class="headline">${this.headline(stop)}</span>
        <span class="row tight">
          <span class="soft small">${time(stop.at)}</span>
          <button class="btn ghost small icon" type="button" aria-label=${t('shell.close')} @click=${closeReport}>${icon('close')}</button>
        </span>
      </div>
      ${this.details(stop)}
    </section>`;
  }

  headline({phase, confirmed, unconfirmed, tries}) {
    switch (phase) {
      case 'sending':
        return t('shell.stopSending');
      case 'trying':
        return t('shell.stopTrying', {tries});
      case 'failed':
        return t('shell.stopFailed');
      case 'following':
        return t('shell.stopFollowing', {done: confirmed.length, all: confirmed.length + unconfirmed.length});
      default:
        return confirmed.length === 0 ? t('shell.stopNobody') : t('shell.stopDone', {count: confirmed.length});
    }
  }

  details({phase, unconfirmed, again}) {
    if (phase === 'trying') return html`<p>${t('shell.cutPower')}</p>`;
    if (phase === 'failed') {
      return html`<p>${t('shell.cutPower')}</p>
        <div><button class="btn danger" type="button" @click=${again}>${t('shell.stopAgain')}</button></div>`;
    }
    if (phase !== 'following') return nothing;
    return html`<p>${t('shell.unconfirmed')}</p>
      <ul class="plain">
        ${unconfirmed.map(
          ({device_id, presence, since}) =>
            html`<li>${chip('bad', `${deviceName(device_id)}${presence ? ` · ${t(`shell.presence_${presence}`)}` : ''}`, {since})}</li>`,
        )}
      </ul>
      <p class="small">${t('shell.cutPower')}</p>`;
  }
}

customElements.define('sw-stopped', Stopped);
