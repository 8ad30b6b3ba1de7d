import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {ApiError, get} from '../core/api.js';
import {devices, readDevices} from '../core/devices.js';
import {t} from '../core/text.js';
import {length, number} from '../core/format.js';
import {empty, loading} from '../kit/empty.js';
import '../parts/sw-commands.js';

const MOST = 12;
const SPANS = ['frame_to_decided', 'decided_to_published', 'published_to_received', 'received_to_on', 'frame_to_on'];

/** How fast the way from event to pin is, hop by hop, and the newest receipts. */
class Receipts extends Component {
  static properties = {params: {attribute: false}, workspace: {attribute: false}, latencies: {state: true}};

  static styles = css`
    sw-receipts {
      display: grid;
      gap: var(--s5);
    }
  `;

  constructor() {
    super();
    new Watch(this, devices, prefs);
  }

  connectedCallback() {
    super.connectedCallback();
    readDevices();
    this.read();
  }

  async read() {
    try {
      this.latencies = await get('/receipts/latencies');
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  render() {
    const all = devices.get();
    return html`<header class="page-head"><div><h1>${t('receipts.title')}</h1><p>${t('receipts.text')}</p></div></header>
      ${this.latencies?.commands ? this.table(this.latencies) : nothing}
      <h2>${t('receipts.newest')}</h2>
      ${all === null ? loading(t('shell.loading')) : all.size === 0 ? html`<div class="card">${empty({sign: 'receipts', title: t('receipts.none'), text: t('receipts.noneText'), action: html`<a class="btn primary" href="/devices">${t('receipts.toDevices')}</a>`})}</div>` : html`<sw-commands .devices=${[...all.keys()].slice(0, MOST)}></sw-commands>`}`;
  }

  table({commands, spans}) {
    return html`<section class="card flush" aria-label=${t('receipts.latencies')}><div class="card-head"><h2>${t('receipts.latencies')}</h2><span class="soft small">${t('receipts.lastHour', {count: number(commands)})}</span></div>
      <div class="table-wrap" role="region" tabindex="0" aria-label=${t('receipts.latencies')}><table class="table"><thead><tr><th>${t('receipts.hop')}</th>${['p50', 'p90', 'p99', 'max'].map((name) => html`<th class="number">${t(`receipts.${name}`)}</th>`)}</tr></thead>
      <tbody>${SPANS.filter((span) => spans[span]?.count).map(
        (span) => html`<tr><td>${span === 'frame_to_on' ? html`<b>${t('receipts.whole')}</b>` : t(`shell.hop_${span.replace('_to_', '_')}`)}</td>
          ${['p50_ms', 'p90_ms', 'p99_ms', 'max_ms'].map((name) => html`<td class="number">${length(spans[span][name])}</td>`)}</tr>`,
      )}</tbody></table></div></section>`;
  }
}

customElements.define('sw-receipts', Receipts);
