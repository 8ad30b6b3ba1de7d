import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {reach} from '../core/api.js';
import {line} from '../core/live.js';
import {arming, armingRead} from '../core/safety.js';
import {t} from '../core/text.js';
import {ago} from '../core/format.js';
import {icon} from '../kit/icon.js';

const PATIENCE = 3000;
const REMEMBERED = 8000;

/** Says when what is shown is old, and how old; after a reconnect, what the break was. */
class Banner extends Component {
  static properties = {tick: {state: true}};

  static styles = css`
    sw-banner {
      display: block;

      &:empty {
        display: none;
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, reach, arming, armingRead, prefs);
    this.lostAt = undefined;
  }

  connectedCallback() {
    super.connectedCallback();
    this.clock = setInterval(() => (this.tick = Date.now()), 1000);
    this.end = line.listen(({state, at}) => this.heard(state, at));
    addEventListener('offline', this.look);
    addEventListener('online', this.look);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.clock);
    this.end();
    removeEventListener('offline', this.look);
    removeEventListener('online', this.look);
  }

  look = () => this.requestUpdate();

  heard(state, at) {
    if (state === 'lost' && this.lostAt === undefined) this.lostAt = at;
    if (state === 'open' && this.lostAt !== undefined) {
      this.back = {from: this.lostAt, at: Date.now()};
      this.lostAt = undefined;
    }
    this.requestUpdate();
  }

  render() {
    const since = this.oldSince();
    if (since !== undefined && Date.now() - since > PATIENCE) {
      return this.note('bad', t(this.why(), {ago: ago(since)}));
    }
    if (this.back && Date.now() - this.back.at < REMEMBERED && this.back.at - this.back.from > PATIENCE) {
      return this.note('good', t('shell.back', {ago: ago(this.back.from)}));
    }
    if (arming.get()?.healthy === false) {
      return this.note('warn', t('shell.unhealthy', {why: t(`shell.ailment_${arming.get().ailment ?? 'starting'}`)}));
    }
    return nothing;
  }

  oldSince() {
    if (this.lostAt !== undefined) return this.lostAt;
    if (!reach.get().ok || !navigator.onLine) return reach.get().at;
    const {at, failingSince} = armingRead.get();
    return failingSince && (at ?? failingSince);
  }

  why() {
    if (!navigator.onLine) return 'shell.offline';
    return this.lostAt === undefined && reach.get().ok ? 'shell.armingOld' : 'shell.old';
  }

  note(kind, text) {
    return html`<div class="note ${kind}" role="status">${icon(kind === 'good' ? 'check' : 'warn')}<p>${text}</p></div>`;
  }
}

customElements.define('sw-banner', Banner);
