import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {deviceName, devices, readDevices} from '../core/devices.js';
import {countdown, number} from '../core/format.js';
import {problemText} from '../core/problems.js';
import {Rehearsal, SPEEDS, offset} from '../core/rehearsal.js';
import {arming, stopEverything} from '../core/safety.js';
import {may} from '../core/session.js';
import {simulated} from '../core/simulators.js';
import {t} from '../core/text.js';
import {vars} from '../core/vars.js';
import {field, segments} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import {attempt} from '../kit/toasts.js';
import '../parts/sw-compare.js';
import '../parts/sw-recordings.js';
import '../parts/sw-timeline.js';
import '../parts/sw-would.js';

const MODES = ['paper', 'disarmed', 'simulated'];
const BUSY = new Set(['planning', 'playing']);

/** A recorded show against the rules, before anybody watches: what would fire when, what would not and why, and what another set of rules changes. */
class RehearsalPage extends Component {
  static properties = {params: {attribute: false}, workspace: {attribute: false}, recording: {state: true}, tab: {state: true}, mode: {state: true}, speed: {state: true}, boards: {state: true}, only: {state: true}, of: {state: true}};

  static styles = css`
    sw-rehearsal {
      display: grid;
      gap: var(--s5);

      & .columns {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1.2fr);
        gap: var(--s4);
        align-items: start;
      }

      & .figures {
        display: flex;
        flex-wrap: wrap;
        gap: var(--s2) var(--s6);
      }

      & .figures dt {
        color: var(--text-faint);
        font-size: var(--t-sm);
      }

      & .figures dd {
        font-size: var(--t-xl);
        font-weight: 700;
      }

      & .progress {
        height: 10px;
        border-radius: var(--round);
        background: var(--sunken);
        overflow: hidden;
      }

      & .progress i {
        display: block;
        height: 100%;
        background: var(--accent);
      }

      & .card-head .field {
        min-width: min(200px, 100%);
      }

      @media (max-width: 999px) {
        & .columns {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    }
  `;

  constructor() {
    super();
    this.tab = 'run';
    this.mode = 'paper';
    this.speed = 10;
    this.only = 'all';
    this.of = '';
    new Watch(this, arming, devices, prefs);
  }

  connectedCallback() {
    super.connectedCallback();
    readDevices();
    this.look();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.leave();
  }

  willUpdate(changed) {
    if (changed.has('workspace') && changed.get('workspace')) {
      this.leave();
      this.recording = undefined;
      this.look();
    }
  }

  async look() {
    this.boards = (await simulated())?.map(({device_id: id}) => id) ?? [];
  }

  leave() {
    this.end?.();
    if (BUSY.has(this.now.phase)) attempt(() => this.run.stop());
    this.run = undefined;
  }

  get now() {
    return this.run?.state.get() ?? {phase: 'idle'};
  }

  get running() {
    return BUSY.has(this.now.phase);
  }

  render() {
    return html`<header class="page-head"><div><h1>${t('rehearsal.title')}</h1><p>${t('rehearsal.text')}</p></div>
        ${segments({label: t('rehearsal.title'), value: this.tab, options: ['run', 'compare'].map((one) => [one, t(`rehearsal.tab_${one}`)]), on: (tab) => (this.tab = tab)})}</header>
      ${may('moderator') ? nothing : html`<div class="note">${icon('info')}<p>${t('rehearsal.needsModerator')}</p></div>`}
      <div class=${this.tab === 'run' ? 'columns' : 'stack'}>
        <sw-recordings .chosen=${this.recording} ?locked=${this.running} @chosen=${({detail}) => this.choose(detail)}></sw-recordings>
        ${this.tab === 'run' ? this.setting() : html`<sw-compare .recording=${this.recording}></sw-compare>`}
      </div>
      ${this.tab === 'run' && this.now.plan ? this.result(this.now) : nothing}`;
  }

  choose(recording) {
    this.recording = recording;
    this.run = undefined;
  }

  setting() {
    const {phase, problem} = this.now;
    const refusal = this.refusal();
    return html`<section class="card" aria-label=${t('rehearsal.how')}><h2>${t('rehearsal.how')}</h2>
      <div class="field"><span class="label">${t('rehearsal.devices')}</span><div>${segments({label: t('rehearsal.devices'), value: this.mode, options: MODES.map((one) => [one, t(`rehearsal.mode_${one}`)]), on: (mode) => this.running || (this.mode = mode)})}</div>
        <span class="hint">${t(`rehearsal.about_${this.mode}`)}</span></div>
      ${this.mode === 'paper' ? nothing : field({name: 'speed', label: t('rehearsal.speed'), value: this.speed, disabled: this.running, options: SPEEDS.map((one) => [one, one === 'max' ? t('rehearsal.fastest') : t('rehearsal.times', {n: one})]), on: (value) => (this.speed = value === 'max' ? value : Number(value))})}
      ${refusal}
      ${problem ? html`<div class="note bad" role="alert">${icon('warn')}<p>${problemText(problem)}</p></div>` : nothing}
      <div class="row">${this.running
        ? html`<button class="btn" type="button" data-action="end" @click=${() => attempt(() => this.run.stop())}>${icon('close')}${t('rehearsal.end')}</button>`
        : html`<button class="btn primary" type="button" data-action="run" ?disabled=${!this.recording || refusal !== nothing || !may('moderator')} @click=${this.begin}>${icon('rehearsal')}${t('rehearsal.run')}</button>`}
        <span class="soft" role="status">${phase === 'planning' ? t('rehearsal.working') : nothing}</span></div>
      ${this.progress()}</section>`;
  }

  /** What must be otherwise before it is played, or nothing. */
  refusal() {
    if (this.mode === 'paper' || this.running) return nothing;
    const live = (arming.get()?.items ?? []).filter(({device_id: id, arming: {armed}}) => armed && !(this.mode === 'simulated' && this.boards?.includes(id)));
    if (live.length > 0) {
      return html`<div class="note warn">${icon('warn')}<div class="stack tight"><p>${t('rehearsal.armed', {names: live.slice(0, 3).map(({device_id: id}) => deviceName(id)).join(', ')})}</p>
        <div><button class="btn small" type="button" data-action="disarm" @click=${stopEverything}>${t('rehearsal.disarm')}</button></div></div></div>`;
    }
    if (this.mode === 'simulated' && this.boards?.length === 0) return html`<div class="note">${icon('info')}<p>${t('rehearsal.noBoards')} <a href="/devices">${t('shell.page_devices')}</a></p></div>`;
    return nothing;
  }

  progress() {
    const {livestream, progress = 0, phase, stopped} = this.now;
    if (!livestream) return nothing;
    const length = this.recording?.duration_ms ?? 0;
    const word = phase === 'playing' ? t('rehearsal.plays') : stopped ? t('rehearsal.ended') : t('rehearsal.played');
    return html`<div class="stack tight"><div class="row apart small"><span>${word}</span><span class="mono">${countdown(length * progress)} / ${countdown(length)}</span></div>
      <div class="progress" role="progressbar" aria-label=${t('rehearsal.progress')} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(progress * 100)}><i ${vars({width: `${progress * 100}%`})}></i></div></div>`;
  }

  async begin() {
    this.end?.();
    this.run = new Rehearsal();
    this.end = this.run.state.listen(() => this.requestUpdate());
    this.of = '';
    const boards = {paper: undefined, disarmed: [], simulated: this.boards}[this.mode];
    await this.run.run(this.recording, {speed: this.speed, boards});
  }

  result(now) {
    const {plan, livestream, progress} = now;
    const {heard} = this.run;
    return html`<section class="card" aria-label=${t('rehearsal.when')}><h2>${t('rehearsal.when')}</h2>
        <dl class="figures">${figure(t('rehearsal.events'), plan.events)}${figure(t('rehearsal.wouldFire'), plan.outcomes.fired ?? 0)}${figure(t('rehearsal.wouldStop'), plan.decided - (plan.outcomes.fired ?? 0))}
          ${livestream ? html`${figure(t('rehearsal.fired'), heard.decisions.filter(({outcome}) => outcome === 'fired').length)}${figure(t('rehearsal.done'), heard.done)}${figure(t('rehearsal.refused'), heard.failed)}` : nothing}</dl>
        ${plan.rules.length === 0 ? html`<p>${t('rehearsal.noRules')} <a href="/rules/recipes">${t('rehearsal.toRecipes')}</a></p>` : html`<sw-timeline .plan=${plan} .progress=${livestream ? progress : 0}></sw-timeline>`}</section>
      ${plan.decisions.length > 0 ? this.list(now) : nothing}`;
  }

  list({plan, events, livestream}) {
    const names = new Map(plan.rules.map(({rule_id: id, name}) => [id, name]));
    const source = livestream ? this.run.heard.decisions.map((one) => ({...one, event_type: one.event.type})) : plan.decisions;
    const list = source.filter(({outcome, rule_id: rule}) => (this.only === 'all' || (outcome === 'fired') === (this.only === 'fired')) && (!this.of || rule === this.of));
    const rows = list.map((decision) => ({at: offset(plan, decision.at), event: decision.event ?? events.get(decision.event_id), event_type: decision.event_type, rule: names.get(decision.rule_id) ?? '', decision}));
    return html`<section class="card flush" aria-label=${t('rehearsal.list')}><div class="card-head"><h2>${livestream ? t('rehearsal.listPlayed') : t('rehearsal.list')}</h2>
        <div class="row">${field({name: 'rule-of', label: t('rehearsal.rule'), value: this.of, options: [['', t('rehearsal.allRules')], ...names], on: (of) => (this.of = of)})}
        ${segments({label: t('rehearsal.list'), value: this.only, options: ['all', 'fired', 'stopped'].map((one) => [one, t(`rehearsal.only_${one}`)]), on: (only) => (this.only = only)})}</div></div>
      ${rows.length === 0 ? html`<p class="soft block">${t('rehearsal.nothing')}</p>` : html`<sw-would .rows=${rows}></sw-would>`}</section>`;
  }
}

const figure = (name, value) => html`<div><dt>${name}</dt><dd>${number(value)}</dd></div>`;

customElements.define('sw-rehearsal', RehearsalPage);
