import {Component, html, nothing} from '../core/element.js';
import {number} from '../core/format.js';
import {t} from '../core/text.js';
import {vars} from '../core/vars.js';

const GATHERING = new Set(['crowd_sum', 'crowd_viewers', 'crowd_tug', 'likes']);
const SHOWN_MS = 60_000;
const FULL_MS = 5000;

/** How far the crowd is: what a rule that waits for many has, and what it needs. */
class OverlayMeter extends Component {
  static properties = {line: {attribute: false}, stays: {type: Boolean}, now: {state: true}};

  constructor() {
    super();
    this.names = new Map();
  }

  connectedCallback() {
    super.connectedCallback();
    this.line.hear('decisions', (decision) => this.heard(decision));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  heard({rule_id: rule, outcome, observed, needed}) {
    if (GATHERING.has(outcome) && needed > 0) {
      this.show({rule, kind: outcome, observed: observed ?? 0, needed}, SHOWN_MS);
    } else if (outcome === 'fired' && this.now?.rule === rule) {
      this.show({...this.now, observed: this.now.needed, full: true}, FULL_MS);
    }
  }

  show(now, ms) {
    this.now = now;
    this.nameOf(now.rule);
    clearTimeout(this.timer);
    if (!this.stays) this.timer = setTimeout(() => (this.now = undefined), ms);
  }

  async nameOf(rule) {
    if (this.names.has(rule)) return;
    this.names.set(rule, '');
    try {
      this.names.set(rule, (await this.line.get(`/rules/${rule}`)).name);
      this.requestUpdate();
    } catch {
      this.names.delete(rule);
    }
  }

  render() {
    if (!this.now) return nothing;
    const {rule, observed, needed, full} = this.now;
    const part = Math.min(1, Math.max(0, observed / needed));
    return html`<div class="over-panel"><span class="over-line"><strong class="theirs cut grow"><bdi>${this.names.get(rule) ?? ''}</bdi></strong>
        <span class="over-number">${full ? t('overlays.done') : t('overlays.of', {observed: number(observed), needed: number(needed)})}</span></span>
      <span class="over-bar ${full ? 'full' : ''}"><i ${vars({width: `${part * 100}%`})}></i></span></div>`;
  }
}

customElements.define('sw-overlay-meter', OverlayMeter);
