import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {hear} from '../core/live.js';
import {t} from '../core/text.js';
import {length, number} from '../core/format.js';
import '../kit/sw-spark.js';

const KEPT = 60;

/** How long the newest commands took from the event to the pin, and how many moved something. */
class Latency extends Component {
  static properties = {spans: {state: true}, done: {state: true}, failed: {state: true}};

  static styles = css`
    sw-latency .figures {
      display: grid;
      grid-template-columns: auto minmax(0, 1fr);
      gap: var(--s4);
      align-items: end;
    }
  `;

  constructor() {
    super();
    this.spans = [];
    this.done = 0;
    this.failed = 0;
    this.seen = new Set();
    new Watch(this, prefs);
  }

  connectedCallback() {
    super.connectedCallback();
    this.end = hear('commands', (command) => this.heard(command));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.end();
  }

  heard({command_id, state, hops, cause}) {
    if (state === 'done') this.done++;
    if (['rejected', 'expired', 'failed', 'aborted'].includes(state)) this.failed++;
    if (!hops?.on || this.seen.has(command_id)) return;
    this.seen.add(command_id);
    if (this.seen.size > 1000) this.seen.delete(this.seen.values().next().value);
    const from = hops.frame ?? hops.decided;
    if (from === undefined || !cause) return;
    this.spans = [...this.spans, (hops.on - from) / 1000].slice(-KEPT);
  }

  render() {
    const sorted = this.spans.toSorted((one, other) => one - other);
    const middle = sorted[Math.floor(sorted.length / 2)];
    return html`<section class="card" aria-label=${t('live.latency')}>
      <div class="card-head"><h2>${t('live.latency')}</h2>
        <span class="soft small">${t('live.moved', {done: number(this.done), failed: number(this.failed)})}</span></div>
      ${middle === undefined
        ? html`<p class="soft">${t('live.noLatency')}</p>`
        : html`<div class="figures"><div><div class="big">${length(middle)}</div><div class="faint small">${t('live.median', {count: this.spans.length})}</div></div>
            <sw-spark .values=${this.spans} .label=${t('live.latencyLine', {middle: length(middle)})}></sw-spark></div>`}
      ${sorted.length > 9 ? html`<p class="faint small">${t('live.slowest', {value: length(sorted.at(-1))})}</p>` : nothing}
    </section>`;
  }
}

customElements.define('sw-latency', Latency);
