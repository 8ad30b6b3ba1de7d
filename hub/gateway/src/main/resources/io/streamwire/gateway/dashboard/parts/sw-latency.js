import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {ApiError, get, workspaceId} from '../core/api.js';
import {hear} from '../core/live.js';
import {t} from '../core/text.js';
import {length, number} from '../core/format.js';
import '../kit/sw-spark.js';

const KEPT = 60;
const FAILED = ['rejected', 'expired', 'failed', 'aborted'];

/** How long the newest commands took from the event to the pin, and how many moved something. */
class Latency extends Component {
  static properties = {past: {state: true}, spans: {state: true}, done: {state: true}, failed: {state: true}};

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
    this.begin();
    new Watch(this, prefs);
  }

  begin() {
    this.past = undefined;
    this.spans = [];
    this.done = 0;
    this.failed = 0;
    this.seen = new Set();
  }

  connectedCallback() {
    super.connectedCallback();
    this.otherWorkspace = workspaceId.listen(() => {
      this.begin();
      this.readPast();
    });
    this.end = hear('commands', (command) => this.heard(command));
    this.readPast();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.otherWorkspace();
    this.end();
  }

  /** What has moved in the last hour, before anybody looked. */
  async readPast() {
    try {
      const {states, spans} = await get('/receipts/latencies');
      this.past = spans.frame_to_on?.count ? spans.frame_to_on : undefined;
      this.done += states.done ?? 0;
      this.failed += FAILED.reduce((sum, state) => sum + (states[state] ?? 0), 0);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  heard({command_id, state, hops, cause}) {
    if (state === 'done') this.done++;
    if (FAILED.includes(state)) this.failed++;
    if (!hops?.on || this.seen.has(command_id)) return;
    this.seen.add(command_id);
    if (this.seen.size > 1000) this.seen.delete(this.seen.values().next().value);
    const from = hops.frame ?? hops.decided;
    if (from === undefined || !cause) return;
    this.spans = [...this.spans, (hops.on - from) / 1000].slice(-KEPT);
  }

  render() {
    const sorted = this.spans.toSorted((one, other) => one - other);
    const middle = sorted[Math.floor(sorted.length / 2)] ?? this.past?.p50_ms;
    return html`<section class="card" aria-label=${t('live.latency')}>
      <div class="card-head"><h2>${t('live.latency')}</h2>
        <span class="soft small">${t('live.moved', {done: number(this.done), failed: number(this.failed)})}</span></div>
      ${middle === undefined
        ? html`<p class="soft">${t('live.noLatency')}</p>`
        : html`<div class="figures"><div><div class="big">${length(middle)}</div><div class="faint small">${sorted.length === 0 ? t('live.medianPast', {n: number(this.past.count)}) : t('live.median', {count: sorted.length})}</div></div>
            <sw-spark .values=${this.spans} .label=${t('live.latencyLine', {middle: length(middle)})}></sw-spark></div>`}
      ${sorted.length > 9 ? html`<p class="faint small">${t('live.slowest', {value: length(sorted.at(-1))})}</p>` : nothing}
    </section>`;
  }
}

customElements.define('sw-latency', Latency);
