import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {get} from '../core/api.js';
import {devices, readDevices} from '../core/devices.js';
import {length, number, until} from '../core/format.js';
import {askServices} from '../core/health.js';
import {line} from '../core/live.js';
import {problemText} from '../core/problems.js';
import {Reading} from '../core/reading.js';
import {arming} from '../core/safety.js';
import {streams, watchStreams} from '../core/streams.js';
import {t} from '../core/text.js';
import {chip} from '../kit/chip.js';
import {empty} from '../kit/empty.js';
import {icon} from '../kit/icon.js';
import {shown} from '../kit/reading.js';
import '../kit/sw-ago.js';

const EVERY = 10_000;
const SLOW_MS = 1000;
/** TikTok sends something at least that often while a socket lives. */
const STALE_MS = 30_000;
const STREAMS = {live: 'good', connecting: 'accent', ended: 'plain'};
const PRESENCE = {online: 'good', quiet: 'warn', lost: 'bad'};

/** Whether everything works: services, the lines to devices and to TikTok, and how fresh what they say is. */
class System extends Component {
  static properties = {params: {attribute: false}, workspace: {attribute: false}};

  static styles = css`
    sw-system {
      display: grid;
      gap: var(--s5);

      & .pair {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(380px, 100%), 1fr));
        gap: var(--s5);
        align-items: start;
      }

      & .facts {
        grid-template-columns: minmax(120px, max-content) minmax(0, 1fr);
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, prefs, streams, arming, line, devices);
    this.services = new Reading(this, askServices);
    this.budget = new Reading(this, () => get('/livestreams/status'));
    this.latencies = new Reading(this, () => get('/receipts/latencies'));
  }

  connectedCallback() {
    super.connectedCallback();
    readDevices();
    this.end = watchStreams();
    this.timer = setInterval(() => document.visibilityState === 'visible' && this.again(), EVERY);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.end();
    clearInterval(this.timer);
  }

  again() {
    this.services.load();
    this.budget.load();
    this.latencies.load();
  }

  render() {
    return html`<header class="page-head"><div><h1>${t('system.title')}</h1><p>${t('system.text')}</p></div>
        <button class="btn" type="button" @click=${() => this.again()}>${t('system.askAgain')}</button></header>
      ${this.summary()}
      <div class="pair">
        <section class="card flush" aria-label=${t('system.services')}><div class="card-head"><h2>${t('system.services')}</h2></div>
          ${shown(this.services, (list) => html`<ul class="rows">${list.map((one) => this.service(one))}</ul>`)}</section>
        <section class="card flush" aria-label=${t('system.lines')}><div class="card-head"><h2>${t('system.lines')}</h2></div>
          <ul class="rows">${this.page()}${this.broker()}${this.bridges()}</ul></section>
      </div>
      ${this.sources()}
      ${this.boards()}`;
  }

  summary() {
    const faults = this.faults();
    if (this.services.data === undefined) return nothing;
    return faults.length === 0
      ? html`<div class="note good" role="status">${icon('check')}<p>${t('system.allWell')}</p></div>`
      : html`<div class="note bad" role="status">${icon('warn')}<div><p><b>${t('system.notWell')}</b></p><ul class="plain">${faults.map((fault) => html`<li>${fault}</li>`)}</ul></div></div>`;
  }

  faults() {
    const away = (this.services.data ?? []).filter(({code}) => code).map((one) => `${t(`system.service_${one.name}`)}: ${this.why(one)}`);
    const ill = arming.get()?.healthy === false ? [t('shell.unhealthy', {why: this.ailment()})] : [];
    const stale = (streams.get() ?? []).filter((stream) => this.isStale(stream)).map(({username}) => t('system.staleStream', {name: `@${username}`}));
    return [...away, ...ill, ...stale];
  }

  service(one) {
    const {name, ms, code} = one;
    return html`<li data-service=${name}><div class="grow"><b>${t(`system.service_${name}`)}</b><div class="faint small">${code ? this.why(one) : t(`system.about_${name}`)}</div></div>
      ${code ? chip('bad', t('system.away')) : chip(ms > SLOW_MS ? 'warn' : 'good', ms > SLOW_MS ? t('system.slow', {length: length(ms)}) : t('system.answers', {length: length(ms)}))}</li>`;
  }

  why({code, part, detail}) {
    return part ? t(`system.part_${part}`) : (detail ?? problemText({code}));
  }

  page() {
    const {state, at} = line.get();
    const open = state === 'open';
    return html`<li><div class="grow"><b>${t('system.line_page')}</b><div class="faint small">${open ? html`${t('system.heard')} <sw-ago .at=${at}></sw-ago>` : t('system.linePageText')}</div></div>
      ${chip(open ? 'good' : 'warn', t(open ? 'system.connected' : 'system.connecting'))}</li>`;
  }

  broker() {
    const known = arming.get();
    if (!known) return nothing;
    const well = known.healthy !== false;
    return html`<li data-line="broker"><div class="grow"><b>${t('system.line_broker')}</b><div class="faint small">${well ? t('system.lineBrokerText') : this.ailment()}</div></div>
      ${chip(well ? 'good' : 'bad', t(well ? 'system.works' : 'system.disturbed'))}</li>`;
  }

  ailment() {
    return t(`shell.ailment_${arming.get()?.ailment ?? 'starting'}`);
  }

  bridges() {
    const all = [...(devices.get()?.values() ?? [])];
    const known = new Map((arming.get()?.items ?? []).map((item) => [item.device_id, item.presence]));
    return all
      .filter(({board}) => board === 'bridge')
      .map(({id, name}) => {
        const presence = known.get(id) ?? 'lost';
        return html`<li><div class="grow"><a href="/devices/${id}"><b class="theirs cut block"><bdi>${name}</bdi></b></a>
          <div class="faint small">${t('system.bridgeText', {count: all.filter(({parent_id: parent}) => parent === id).length})}</div></div>
          ${chip(PRESENCE[presence], t(`shell.presence_${presence}`))}</li>`;
      });
  }

  sources() {
    const left = this.budget.data?.signatures_left;
    const list = (streams.get() ?? []).filter(({kind}) => kind !== 'replay');
    return html`<section class="card flush" aria-label=${t('system.sources')}><div class="card-head"><h2>${t('system.sources')}</h2>
        ${left === undefined ? nothing : chip(left > 0 ? 'plain' : 'warn', t('system.budget', {count: left}))}</div>
      ${list.length === 0
        ? empty({sign: 'live', title: t('system.noSources'), text: t('system.noSourcesText'), action: html`<a class="btn primary" href="/live">${t('system.toLive')}</a>`})
        : html`<ul class="rows">${list.map((stream) => this.source(stream))}</ul>`}</section>`;
  }

  source(stream) {
    const {username, status, mode, since, last_frame_at: frame, frames_per_second: rate, counters, retry_at: retry, last_error: fault} = stream;
    const stale = this.isStale(stream);
    return html`<li data-stream=${stream.id}><div class="grow"><b class="theirs cut block"><bdi>@${username}</bdi></b>
        <div class="faint small">${frame ? html`${t('system.frame')} <sw-ago .at=${frame}></sw-ago> · ` : nothing}${t('system.rate', {rate: number(rate ?? 0, 1)})} ·
          ${t('system.reconnects', {count: counters?.reconnects ?? 0})} · ${t('system.gaps', {count: counters?.gaps ?? 0})}${mode ? html` · ${t(`system.mode_${mode}`)}` : nothing}</div>
        ${fault && status !== 'live' ? html`<div class="small error">${problemText({...fault, message: fault.detail})}${retry ? ` ${t('system.retry', {when: until(retry)})}` : ''}</div>` : nothing}</div>
      ${stale ? chip('bad', t('system.silent'), {since: frame}) : chip(STREAMS[status] ?? 'plain', t(`system.status_${status}`), {since})}</li>`;
  }

  isStale({status, kind, paused_at: paused, last_frame_at: frame}) {
    return status === 'live' && kind !== 'replay' && !paused && Boolean(frame) && Date.now() - new Date(frame).getTime() > STALE_MS;
  }

  boards() {
    const items = arming.get()?.items ?? [];
    const count = (presence) => items.filter((item) => item.presence === presence).length;
    const {commands, states, spans} = this.latencies.data ?? {};
    return html`<section class="card" aria-label=${t('system.boards')}><div class="card-head"><h2>${t('system.boards')}</h2><a href="/devices">${t('shell.page_devices')}</a></div>
      ${items.length === 0
        ? html`<p class="soft">${t('system.noBoards')}</p>`
        : html`<div class="row tight">${['online', 'quiet', 'lost'].filter((presence) => count(presence) > 0).map((presence) => chip(PRESENCE[presence], `${number(count(presence))} · ${t(`shell.presence_${presence}`)}`))}</div>`}
      ${commands
        ? html`<dl class="facts"><dt>${t('system.lastHour')}</dt><dd>${t('system.commands', {count: commands, n: number(commands), done: number(states?.done ?? 0)})}</dd>
            ${spans?.frame_to_on?.count ? html`<dt>${t('system.eventToPin')}</dt><dd>${t('system.half', {half: length(spans.frame_to_on.p50_ms), most: length(spans.frame_to_on.p99_ms)})}</dd>` : nothing}</dl>`
        : nothing}</section>`;
  }
}

customElements.define('sw-system', System);
