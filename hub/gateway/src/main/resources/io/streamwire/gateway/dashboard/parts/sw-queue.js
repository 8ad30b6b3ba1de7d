import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {ApiError, get, post, remove} from '../core/api.js';
import {hear} from '../core/live.js';
import {devices} from '../core/devices.js';
import {may} from '../core/session.js';
import {hasText, t} from '../core/text.js';
import {chip} from '../kit/chip.js';
import {icon} from '../kit/icon.js';
import {attempt} from '../kit/toasts.js';

const MOST = 20;
const SOON = 400;

/** What waits for the devices: who asked for it and what it waits for; drop one, clear, pause. */
class Queue extends Component {
  static properties = {device: {}, queues: {state: true}, old: {state: true}};

  static styles = css`
    sw-queue {
      display: block;

      & .device {
        display: grid;
        gap: var(--s2);
        padding: var(--s3) var(--s5);
        border-top: 1px solid var(--line);
      }

      & li {
        display: flex;
        align-items: center;
        gap: var(--s2);
        min-width: 0;
      }
    }
  `;

  constructor() {
    super();
    this.queues = new Map();
    this.changed = new Set();
    new Watch(this, devices, prefs);
  }

  connectedCallback() {
    super.connectedCallback();
    this.end = hear('commands', ({device_id: id}) => this.soon(id), () => this.read());
    this.clock = setInterval(() => this.read(), 5000);
    this.listening = devices.listen(() => this.read());
    this.read();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.end();
    this.listening();
    clearInterval(this.clock);
    clearTimeout(this.due);
    this.due = undefined;
  }

  /** Reads anew what a command has changed: that device's queue, once for all that happens within a moment. */
  soon(id) {
    this.changed.add(id);
    this.due ??= setTimeout(() => {
      this.due = undefined;
      const ids = this.shown().filter((one) => this.changed.has(one));
      this.changed.clear();
      this.readOf(ids);
    }, SOON);
  }

  shown() {
    return this.device ? [this.device] : [...(devices.get()?.keys() ?? [])].slice(0, MOST);
  }

  read() {
    return this.readOf(this.shown());
  }

  /** What is refused stays as it was, and is said to be old: no answer is not an empty queue. */
  async readOf(ids) {
    if (document.visibilityState !== 'visible' || ids.length === 0) return;
    const answers = await Promise.all(ids.map((id) => get(`/devices/${id}/queue`).catch(nothingOnRefusal)));
    const read = new Map(ids.map((id, at) => [id, answers[at]]).filter(([, queue]) => queue));
    this.old = read.size < ids.length;
    this.queues = new Map(this.shown().map((id) => [id, read.get(id) ?? this.queues.get(id)]).filter(([, queue]) => queue));
  }

  render() {
    const shown = [...this.queues].filter(([, {items, paused}]) => this.device || items.length > 0 || paused);
    return html`<section class="card flush" aria-label=${t('live.queue')}>
      <div class="card-head"><h2>${t('live.queue')}</h2>${may('moderator') && !this.device ? this.pauseAll() : nothing}</div>
      ${this.old ? html`<div class="device"><div class="note warn">${icon('warn')}<p>${t('live.queueOld')}</p></div></div>` : nothing}
      ${shown.length === 0 ? (this.old ? nothing : html`<p class="soft device">${t('live.queueEmpty')}</p>`) : shown.map(([id, queue]) => this.of(id, queue))}
    </section>`;
  }

  pauseAll() {
    const all = [...this.queues];
    if (all.length === 0) return nothing;
    const paused = all.every(([, queue]) => queue.paused);
    return html`<button class="btn small" type="button" @click=${() => this.each(all, paused ? 'resume' : 'pause')}>
      ${icon(paused ? 'play' : 'pause')}${paused ? t('live.resumeAll') : t('live.pauseAll')}</button>`;
  }

  of(id, {items, paused}) {
    return html`<div class="device">
      <div class="row apart"><b class="cut">${devices.get()?.get(id)?.name ?? id}</b>
        <span class="row tight">
          ${paused ? chip('warn', t('live.isPaused')) : nothing}
          ${may('moderator')
            ? html`<button class="btn small" type="button" @click=${() => this.each([[id]], paused ? 'resume' : 'pause')}>${icon(paused ? 'play' : 'pause')}${paused ? t('live.resume') : t('live.pause')}</button>
                <button class="btn small" type="button" ?disabled=${items.length === 0} @click=${() => this.change(() => remove(`/devices/${id}/commands`))}>${icon('trash')}${t('live.clear')}</button>`
            : nothing}
        </span></div>
      <ul class="stack tight plain">${items.map((item) => this.item(id, item))}</ul>
    </div>`;
  }

  item(id, {id: command, command: name, source, under_way, waits_for}) {
    const why = under_way ? t('live.underWay') : waits_for && hasText(`live.waits_${waits_for}`) ? t(`live.waits_${waits_for}`) : t('live.waits');
    return html`<li><span class="mono cut">${name}</span><span class="faint small">${t(`live.source_${source}`)}</span>
      <span class="grow"></span>${chip(under_way ? 'accent' : 'plain', why)}
      ${may('moderator') && !under_way
        ? html`<button class="btn ghost small icon" type="button" aria-label=${t('live.drop', {name})} @click=${() => this.change(() => remove(`/devices/${id}/commands/${command}`))}>${icon('close')}</button>`
        : nothing}</li>`;
  }

  each(all, what) {
    return this.change(() => Promise.all(all.map(([id]) => post(`/devices/${id}/${what}`))));
  }

  async change(action) {
    await attempt(action);
    await this.read();
  }
}

function nothingOnRefusal(error) {
  if (!(error instanceof ApiError)) throw error;
  return undefined;
}

customElements.define('sw-queue', Queue);
