import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {ApiError, get, workspaceId} from '../core/api.js';
import {FINAL} from '../core/actions.js';
import {deviceName, devices} from '../core/devices.js';
import {eventIcon, eventText, viewerName} from '../core/events.js';
import {outcomeKind, outcomeText} from '../core/outcomes.js';
import {problemText} from '../core/problems.js';
import {ruleName, rules} from '../core/rules.js';
import {t} from '../core/text.js';
import {dateTime, length} from '../core/format.js';
import {avatar} from '../kit/avatar.js';
import {chip} from '../kit/chip.js';
import {empty, loading} from '../kit/empty.js';
import {icon} from '../kit/icon.js';
import {commandState} from '../kit/presence.js';
import '../kit/sw-copy.js';
import '../kit/sw-waterfall.js';

const EVERY = 700;
const NIL = '00000000-0000-0000-0000-000000000000';

/** One event's way: the event, what the rules made of it, and each command that came of it as a waterfall. Of a command by hand only that. */
class ReceiptPage extends Component {
  static properties = {params: {attribute: false}, workspace: {attribute: false}, event: {state: true}, decisions: {state: true}, receipts: {state: true}, problem: {state: true}};

  static styles = css`
    sw-receipt {
      display: grid;
      gap: var(--s5);

      & .said {
        max-height: 200px;
        overflow: auto;
        white-space: pre-wrap;
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, devices, rules, prefs);
  }

  willUpdate(changed) {
    const key = this.params.event ?? this.params.id;
    if (!changed.has('params') || key === this.shown) return;
    this.shown = key;
    Object.assign(this, {event: undefined, decisions: undefined, receipts: undefined, problem: undefined});
    this.read();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.again);
  }

  async read() {
    const key = this.shown;
    try {
      let eventId = this.params.event;
      let receipts = [];
      if (!eventId) {
        receipts = [await get(`/receipts/${key}`)];
        eventId = receipts[0].event_id;
      }
      if (eventId) await this.readEvent(key, eventId);
      else if (key === this.shown) this.receipts = receipts;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (key === this.shown) this.problem = error;
      return;
    }
    if (key === this.shown && this.isConnected && this.receipts?.some(({state}) => !FINAL.has(state) && state !== 'refused')) {
      this.again = setTimeout(() => this.read(), EVERY);
    }
  }

  async readEvent(key, eventId) {
    const [event, decisions, receipts] = await Promise.all([
      get(`/livestreams/events/${eventId}`).catch(none),
      get(`/rules/executions?event_id=${eventId}&limit=100`),
      get(`/receipts?event_id=${eventId}&limit=50`),
    ]);
    if (key !== this.shown) return;
    this.event = event;
    this.decisions = decisions.items;
    this.receipts = receipts.items;
  }

  render() {
    if (this.problem) return html`<div class="card">${empty({sign: 'receipts', title: problemText(this.problem), action: html`<a class="btn" href="/receipts">${t('receipts.title')}</a>`})}</div>`;
    if (!this.receipts) return loading(t('shell.loading'));
    return html`<header class="page-head"><div><a class="small" href="/receipts">${t('receipts.title')}</a><h1>${this.heading()}</h1></div>
        <sw-copy .text=${`${location.origin}${location.pathname}?workspace=${workspaceId.get()}`} .label=${t('receipts.share')}></sw-copy></header>
      ${this.event ? this.about(this.event) : nothing}
      ${this.decisions?.length ? this.decided() : nothing}
      ${this.receipts.length === 0 ? html`<div class="card">${empty({sign: 'receipts', title: t('receipts.noCommands'), text: t('receipts.noCommandsText')})}</div>` : this.receipts.map((receipt) => this.receipt(receipt))}`;
  }

  heading() {
    const pin = this.receipts.find(({hops}) => hops?.on && (hops.frame ?? hops.decided));
    if (!pin) return t('receipts.way');
    return t('receipts.took', {length: length((pin.hops.on - (pin.hops.frame ?? pin.hops.decided)) / 1000)});
  }

  about(event) {
    return html`<section class="card" aria-label=${t('receipts.event')}><div class="row">${event.user ? avatar(event.user) : icon(eventIcon(event.type))}
        <div class="grow"><div class="theirs cut"><b><bdi>${viewerName(event.user)}</bdi></b></div><div class="theirs said"><bdi>${event.payload.text ?? eventText(event)}</bdi></div></div>
        <div class="stack tight"><span class="soft small">${dateTime(event.ts)}</span>${event.simulated ? chip('plain', t('receipts.simulated')) : nothing}</div></div></section>`;
  }

  decided() {
    return html`<section class="card"><h2>${t('receipts.decided')}</h2><ul class="stack tight plain">${this.decisions.map(
      (decision) => html`<li class="row apart"><a href="/rules/${decision.rule_id}">${ruleName(decision.rule_id)}</a>${chip(outcomeKind(decision.outcome), outcomeText(decision))}</li>`,
    )}</ul></section>`;
  }

  receipt(receipt) {
    const {id, command, args, device_id, cause, clock, durations_ms, issued_at} = receipt;
    return html`<section class="card" aria-label=${command}><div class="card-head"><h2><span class="mono">${command}</span> · ${device_id === NIL ? t('receipts.noDevice') : html`<a href="/devices/${device_id}">${deviceName(device_id)}</a>`}</h2>${commandState(receipt)}</div>
      <p class="soft small">${Object.entries(args ?? {}).map(([name, value]) => (name === 'ms' ? length(value) : `${name} ${value}`)).join(', ')}${cause ? ` · ${cause.rule_name} (${t('receipts.version', {version: cause.rule_version})})` : ` · ${dateTime(issued_at)}`}</p>
      <sw-waterfall .hops=${receipt.hops ?? {}}></sw-waterfall>
      ${durations_ms?.frame_to_on ? html`<p><b>${t('receipts.whole')}: ${length(durations_ms.frame_to_on)}</b></p>` : nothing}
      ${clock?.uncertainty_ms !== undefined ? html`<p class="faint small">${t('receipts.clock', {uncertainty: length(clock.uncertainty_ms)})}</p>` : nothing}
      ${this.params.event || !receipt.event_id ? html`<p class="faint small mono">${id}</p>` : nothing}</section>`;
  }
}

function none(error) {
  if (!(error instanceof ApiError)) throw error;
  return undefined;
}

customElements.define('sw-receipt', ReceiptPage);
