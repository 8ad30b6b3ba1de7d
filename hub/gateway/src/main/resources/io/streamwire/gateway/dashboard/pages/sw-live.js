import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {t} from '../core/text.js';
import {Feed} from '../core/feed.js';
import {Decisions} from '../core/decisions.js';
import {readRules} from '../core/rules.js';
import {arming} from '../core/safety.js';
import {may} from '../core/session.js';
import {icon} from '../kit/icon.js';
import '../parts/sw-streams.js';
import '../parts/sw-feed.js';
import '../parts/sw-decisions.js';
import '../parts/sw-queue.js';
import '../parts/sw-latency.js';
import '../parts/sw-checklist.js';

/** What happens now: the stream, its events, what rules make of them, and what waits for the devices. */
class Live extends Component {
  static properties = {params: {attribute: false}, workspace: {attribute: false}};

  static styles = css`
    sw-live {
      display: grid;
      gap: var(--s5);

      & .columns {
        display: grid;
        grid-template-columns: minmax(0, 1.4fr) minmax(0, 1fr);
        gap: var(--s4);
        align-items: start;
      }

      @media (hover: none) {
        & .keys {
          display: none;
        }
      }

      @media (max-width: 1099px) {
        & .columns {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    }
  `;

  constructor() {
    super();
    this.feed = new Feed();
    this.decisions = new Decisions();
    new Watch(this, prefs, arming);
  }

  connectedCallback() {
    super.connectedCallback();
    this.feed.start();
    this.decisions.start();
    readRules();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.feed.stop();
    this.decisions.stop();
  }

  willUpdate(changed) {
    if (changed.has('workspace') && changed.get('workspace')) {
      this.feed.stop();
      this.decisions.stop();
      this.feed = new Feed();
      this.decisions = new Decisions();
      this.feed.start();
      this.decisions.start();
    }
  }

  /** Rules fire all the same, and what they do is refused. */
  disarmed() {
    const items = arming.get()?.items ?? [];
    if (items.length === 0 || items.some((item) => item.arming?.armed)) return nothing;
    return html`<div class="note warn row apart"><span class="row">${icon('warn')}<span>${t('live.disarmed')}</span></span>
      ${may('moderator') ? html`<button class="btn" type="button" data-action="arm-all" @click=${() => document.querySelector('sw-arm').ask()}>${t('live.arm')}</button>` : nothing}</div>`;
  }

  render() {
    return html`<header class="page-head">
        <div><h1>${t('live.title')}</h1><p>${t('live.text')} <span class="keys"><span class="kbd">${t('live.space')}</span> ${t('live.spaceStops')}</span></p></div>
      </header>
      ${this.disarmed()}
      <sw-checklist></sw-checklist>
      <sw-streams></sw-streams>
      <div class="columns">
        <sw-feed .feed=${this.feed} .decisions=${this.decisions}></sw-feed>
        <div class="stack">
          <sw-latency></sw-latency>
          <sw-decisions .decisions=${this.decisions}></sw-decisions>
          <sw-queue></sw-queue>
        </div>
      </div>`;
  }
}

customElements.define('sw-live', Live);
