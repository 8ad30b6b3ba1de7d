import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {NUMBERS, RANGES, filled, query, reasons} from '../core/analytics.js';
import {all, get} from '../core/api.js';
import {csv, download} from '../core/csv.js';
import {viewerName} from '../core/events.js';
import {clock, dateTime, day, length, number} from '../core/format.js';
import {Reading} from '../core/reading.js';
import {hasText, t} from '../core/text.js';
import {bars} from '../kit/bars.js';
import {empty} from '../kit/empty.js';
import {field, segments, toggle} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import {shown} from '../kit/reading.js';
import {attempt} from '../kit/toasts.js';
import '../kit/sw-chart.js';

const REFRESH = 30_000;
const MOST_VIEWERS = 10_000;
const TOTALS = ['events', 'viewers', 'peak_viewers', 'diamonds', 'gifts', 'likes', 'fired', 'stopped'];
const VIEWER = ['viewer_id', 'handle', 'nickname', 'events', 'gifts', 'diamonds', 'likes', 'actions'];

/** What happened in a time, and what rules did about it. */
class Analytics extends Component {
  static properties = {params: {attribute: false}, workspace: {attribute: false}, range: {state: true}, livestream: {state: true}, simulated: {state: true}};

  static styles = css`
    sw-analytics {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--s5);

      & .totals {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(200px, 40%), 1fr));
        gap: var(--s3);
      }

      & .totals > div {
        display: grid;
        padding: var(--s4);
        border: 1px solid var(--line);
        border-radius: var(--r2);
        background: var(--surface);
      }

      & .totals dd {
        grid-row: 1;
        font-size: var(--t-xl);
        font-weight: 700;
      }

      & .charts {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(380px, 100%), 1fr));
        gap: var(--s5);
      }

      & .numbers {
        max-height: 400px;
        overflow: auto;
      }

      & .filters .field {
        min-width: min(240px, 100%);
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, prefs);
    this.range = 'day';
    this.simulated = false;
    this.chosen = false;
    this.numbers = new Reading(this, () => this.read());
    this.streams = new Reading(this, () => all('/livestreams', 200));
  }

  connectedCallback() {
    super.connectedCallback();
    this.timer = setInterval(() => document.visibilityState === 'visible' && this.numbers.load(), REFRESH);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  willUpdate(changed) {
    if (changed.has('workspace')) {
      this.livestream = undefined;
      this.chosen = false;
    }
    if (['range', 'livestream', 'simulated'].some((name) => changed.has(name)) && this.hasUpdated && this.asked !== this.question()) this.numbers.load();
  }

  /** Shows what was simulated while there is nothing else, until somebody says otherwise. */
  async read() {
    this.asked = this.question();
    const data = await get(`/rules/analytics?${query(this.range, this)}`);
    if (this.chosen || data.totals.events > 0) return data;
    const other = await get(`/rules/analytics?${query(this.range, {...this, simulated: !this.simulated})}`);
    if (other.totals.events === 0) return data;
    this.simulated = !this.simulated;
    this.asked = this.question();
    return other;
  }

  render() {
    return html`<header class="page-head"><div><h1>${t('analytics.title')}</h1><p>${t('analytics.text')}</p></div>
        ${segments({label: t('analytics.range'), value: this.range, options: Object.keys(RANGES).map((name) => [name, t(`analytics.range_${name}`)]), on: (value) => (this.range = value)})}</header>
      ${this.filters()}
      ${shown(this.numbers, (data) => this.content(data))}`;
  }

  filters() {
    const streams = this.streams.data ?? [];
    const options = [['', t('analytics.allStreams')], ...streams.map(({id, username, connected_at: at}) => [id, `@${username}${at ? ` · ${day(at)} ${clock(at)}` : ''}`])];
    return html`<div class="row apart filters">
      ${field({name: 'livestream', label: t('analytics.stream'), value: this.livestream ?? '', options, on: (value) => (this.livestream = value || undefined)})}
      <div class="row tight">${toggle({label: t('analytics.simulated'), on: this.simulated, change: (on) => this.choose(on)})}<span aria-hidden="true">${t('analytics.simulated')}</span></div></div>`;
  }

  /** What is asked for, so that it is not asked twice. */
  question() {
    return `${this.range} ${this.livestream} ${this.simulated}`;
  }

  choose(simulated) {
    this.chosen = true;
    this.simulated = simulated;
  }

  content(data) {
    if (data.totals.events === 0 && !data.totals.fired && !data.totals.stopped) return this.none();
    const points = filled(data);
    const labels = points.map(({at}) => this.label(at, data.bucket));
    return html`${this.note(data)}${this.totals(data.totals)}
      <div class="charts">
        ${this.chart('events', labels, points, [['events', 'accent']])}
        ${data.by_rule ? this.chart('decisions', labels, points, [['fired', 'good'], ['stopped', 'warn']], true) : nothing}
        ${data.totals.diamonds > 0 ? this.chart('diamonds', labels, points, [['diamonds', 'accent']]) : nothing}
        ${data.totals.peak_viewers > 0 ? this.chart('viewers', labels, points, [['peak_viewers', 'accent', 'line']]) : nothing}
        ${this.lists(data)}
      </div>
      ${this.table(data, points)}`;
  }

  /** What is mixed, and what is shown instead of nothing. */
  note({by_rule: rules}) {
    const texts = [this.simulated && !this.chosen ? t('analytics.onlySimulated') : undefined, rules ? t('analytics.decisionsOfBoth') : undefined].filter(Boolean);
    return texts.length > 0 ? html`<div class="note">${icon('info')}<p>${texts.join(' ')}</p></div>` : nothing;
  }

  none() {
    return html`<div class="card">${empty({
      sign: 'analytics',
      title: t('analytics.none'),
      text: t(this.simulated ? 'analytics.noneSimulated' : 'analytics.noneText'),
      action: html`<a class="btn primary" href="/live">${t('analytics.toLive')}</a>`,
    })}</div>`;
  }

  label(at, bucket) {
    if (bucket === 'day') return day(at);
    return this.range === 'week' ? `${day(at)} ${clock(at)}` : clock(at);
  }

  totals(totals) {
    return html`<dl class="totals">${TOTALS.filter((name) => totals[name] !== undefined && (name !== 'peak_viewers' || totals[name] > 0)).map(
      (name) => html`<div><dt class="soft small">${t(`analytics.total_${name}`)}</dt><dd>${number(totals[name])}</dd></div>`,
    )}</dl>`;
  }

  chart(name, labels, points, series, stacked = false) {
    const title = t(`analytics.chart_${name}`);
    return html`<section class="card" aria-label=${title}><h2>${title}</h2>
      <sw-chart label=${t('analytics.chartOf', {title})} ?stacked=${stacked} .labels=${labels}
        .series=${series.map(([key, color, kind]) => ({label: t(`analytics.total_${key}`), values: points.map((point) => point[key]), color, kind}))}></sw-chart></section>`;
  }

  lists(data) {
    const theirs = (text) => html`<span class="theirs"><bdi>${text}</bdi></span>`;
    const viewers = (list, key) => list.filter((one) => one[key] > 0).map((one) => ({name: theirs(viewerName(one)), value: one[key], text: number(one[key])}));
    const why = reasons(data.by_rule).map(([outcome, count]) => ({name: outcomeName(outcome), value: count, text: number(count)}));
    const rules = (data.by_rule ?? []).filter(({fired}) => fired > 0).sort((one, other) => other.fired - one.fired);
    return [
      this.list('reasons', why),
      this.list('rules', rules.map(({name, fired}) => ({name: theirs(name ?? t('analytics.goneRule')), value: fired, text: number(fired)}))),
      this.list('types', data.by_type.map(({type, events}) => ({name: typeName(type), value: events, text: number(events)}))),
      this.list('gifters', viewers(data.top_gifters, 'diamonds')),
      this.list('gifts', data.top_gifts.map(({name, gifts, diamonds}) => ({name: html`${theirs(name)} <span class="soft">×${number(gifts)}</span>`, value: diamonds, text: number(diamonds)}))),
      this.list('active', viewers(data.top_viewers, 'events')),
      this.latency(data.latency),
    ];
  }

  list(name, items) {
    if (items.length === 0) return nothing;
    return html`<section class="card" aria-label=${t(`analytics.list_${name}`)}><h2>${t(`analytics.list_${name}`)}</h2>${bars(items.slice(0, 10))}</section>`;
  }

  latency(latency) {
    const rows = ['decided', 'board'].filter((name) => latency?.[name]?.count);
    if (rows.length === 0) return nothing;
    return html`<section class="card" aria-label=${t('analytics.latency')}><div class="card-head"><h2>${t('analytics.latency')}</h2><a href="/receipts">${t('analytics.toReceipts')}</a></div>
      <div class="table-wrap" tabindex="0" role="group" aria-label=${t('analytics.latency')}><table class="table"><thead><tr><th>${t('analytics.part')}</th>${['p50', 'p95', 'p99'].map((name) => html`<th class="number">${t(`analytics.${name}`)}</th>`)}</tr></thead>
        <tbody>${rows.map((name) => html`<tr><td>${t(`analytics.latency_${name}`)}</td>${['p50_us', 'p95_us', 'p99_us'].map((key) => html`<td class="number">${length(latency[name][key] / 1000)}</td>`)}</tr>`)}</tbody></table></div></section>`;
  }

  table({bucket}, points) {
    return html`<section class="card" aria-label=${t('analytics.numbers')}><div class="card-head"><h2>${t('analytics.numbers')}</h2>
        <div class="row tight"><button class="btn small" type="button" data-action="csv" @click=${() => this.keep(points)}>${t('analytics.csv')}</button>
          <button class="btn small" type="button" data-action="csv-viewers" @click=${() => this.keepViewers()}>${t('analytics.csvViewers')}</button></div></div>
      <details><summary>${t('analytics.showNumbers')}</summary>
        <div class="table-wrap numbers" tabindex="0" role="group" aria-label=${t('analytics.numbers')}><table class="table"><thead><tr><th>${t('analytics.time')}</th>${NUMBERS.map((name) => html`<th class="number">${t(`analytics.total_${name}`)}</th>`)}</tr></thead>
          <tbody>${points.filter((point) => NUMBERS.some((name) => point[name] > 0)).map((point) => html`<tr><td>${bucket === 'day' ? day(point.at) : dateTime(point.at)}</td>${NUMBERS.map((name) => html`<td class="number">${number(point[name])}</td>`)}</tr>`)}</tbody></table></div></details></section>`;
  }

  keep(points) {
    const rows = points.map((point) => [new Date(point.at).toISOString(), ...NUMBERS.map((name) => point[name])]);
    download(`streamwire-${this.range}.csv`, csv([['at', ...NUMBERS], ...rows]));
  }

  async keepViewers() {
    const {from, to} = this.numbers.data;
    const of = `from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}&simulated=${this.simulated}${this.livestream ? `&livestream_id=${this.livestream}` : ''}`;
    const viewers = await attempt(() => all(`/rules/analytics/viewers?sort=events&${of}`, MOST_VIEWERS));
    if (viewers) download('streamwire-viewers.csv', csv([VIEWER, ...viewers.map((viewer) => VIEWER.map((name) => viewer[name] ?? 0))]));
  }
}

const typeName = (type) => {
  const key = `events.type_${type.split('.').pop()}`;
  return hasText(key) ? t(key) : type;
};

const outcomeName = (outcome) => {
  const key = [`analytics.reason_${outcome}`, `outcomes.${outcome}`].find(hasText);
  return key ? t(key) : outcome;
};

customElements.define('sw-analytics', Analytics);
