import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {ApiError, get, newKey, post} from '../core/api.js';
import {devices, readDevices} from '../core/devices.js';
import {readRules, rules} from '../core/rules.js';
import {hear} from '../core/live.js';
import {arm, arming} from '../core/safety.js';
import {addSimulated, simulated} from '../core/simulators.js';
import {readSetup, setup} from '../core/setup.js';
import {connect, playSample, streams, watchStreams} from '../core/streams.js';
import {deviceActions} from '../core/triggers.js';
import {problemText} from '../core/problems.js';
import {t} from '../core/text.js';
import {length} from '../core/format.js';
import {field} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import {attempt} from '../kit/toasts.js';
import '../kit/sw-waterfall.js';
import '../parts/sw-add-device.js';
import '../parts/sw-recipes.js';
import '../parts/sw-try.js';

const RECIPES = ['spin-on-comment', 'rose-lights', 'gift-flash', 'follow-blink'];
const STEPS = ['device', 'stream', 'rule', 'armed', 'moved'];
const ARM_MS = 3_600_000;

/** The first run: from nothing to the first pin, a step at a time. */
class Start extends Component {
  static properties = {params: {attribute: false}, workspace: {attribute: false}, shown: {state: true}, can: {state: true}, adding: {state: true}, busy: {state: true}, problem: {state: true}, name: {state: true}, first: {state: true}};

  static styles = css`
    sw-start {
      display: grid;
      gap: var(--s5);
      max-width: 860px;

      & .step {
        display: grid;
        grid-template-columns: 40px minmax(0, 1fr);
        gap: var(--s3) var(--s4);
        align-items: start;
      }

      & .step > .number {
        display: grid;
        place-items: center;
        width: 40px;
        height: 40px;
        border: 2px solid var(--line-strong);
        border-radius: 50%;
        font-weight: 750;
      }

      & .step.done > .number {
        border-color: var(--good);
        background: var(--good-wash);
        color: var(--good);
      }

      & .step.now {
        border-color: var(--accent);
      }

      & .step.now > .number {
        border-color: var(--accent);
        background: var(--accent);
        color: var(--on-accent);
      }

      & .step:not(.now) {
        padding-block: var(--s3);
        align-items: center;
      }

      & .inside {
        display: grid;
        gap: var(--s4);
        min-width: 0;
      }

      & form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: var(--s3);

        & .field {
          flex: 1 1 200px;
        }
      }

      & sw-recipes form {
        display: grid;
        align-items: start;
      }

      & .step-head {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        align-items: center;
        gap: var(--s2);
        min-height: 40px;
      }

      & .triumph {
        border-color: var(--good);
        background: var(--good-wash);
      }

      @media (max-width: 559px) {
        & .step.now {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    }
  `;

  constructor() {
    super();
    this.name = '';
    new Watch(this, setup, devices, rules, streams, arming, prefs);
  }

  connectedCallback() {
    super.connectedCallback();
    readSetup();
    readDevices();
    readRules();
    simulated().then((items) => (this.can = items !== undefined));
    this.ends = [watchStreams(), hear('commands', (command) => this.heard(command))];
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.ends.forEach((end) => end());
    clearTimeout(this.looking);
  }

  /** The first movement that a rule has caused, the one that counts. */
  heard({state, event_id, command_id, hops}) {
    if (state !== 'done') return;
    if (event_id && !this.first) this.first = {id: command_id, eventId: event_id, hops};
    if (!setup.get()?.moved) readSetup();
  }

  render() {
    const steps = setup.get();
    if (steps === null) return html`<div class="skeleton" role="status"><span class="sr-only">${t('shell.loading')}</span></div>`;
    const now = this.shown ?? STEPS.find((step) => !steps[step]);
    return html`<header class="page-head"><div><h1>${t('start.title')}</h1><p>${t('start.text')}</p></div></header>
      ${this.first || (steps.moved && !this.shown) ? this.triumph() : nothing}
      ${STEPS.map((step, at) => this.step(step, at + 1, steps[step], step === now))}
      <sw-add-device ?open=${this.adding} @closed=${() => this.added()}></sw-add-device>`;
  }

  updated() {
    const triumph = this.querySelector('.triumph');
    if (triumph && !this.told) triumph.scrollIntoView({block: 'center'});
    this.told = Boolean(triumph);
  }

  step(step, number, done, now) {
    return html`<section class="card step ${done ? 'done' : ''} ${now ? 'now' : ''}" aria-label=${t(`start.${step}`)} data-step=${step} aria-current=${now ? 'step' : nothing}>
      <span class="number" aria-hidden="true">${done ? icon('check') : number}</span>
      <div class="inside"><div class="step-head"><h2>${t(`start.${step}`)}${done ? html`<span class="sr-only"> ${t('shell.setupDone')}</span>` : nothing}</h2>
          ${now ? nothing : html`<button class="btn ghost small" type="button" aria-label=${t('start.openStep', {name: t(`start.${step}`)})} @click=${() => (this.shown = step)}>${done ? t('start.change') : t('start.open')}</button>`}</div>
        ${now ? html`${this.problem ? html`<div class="note bad" role="alert">${icon('warn')}<p>${problemText(this.problem)}</p></div>` : nothing}${this[`${step}Step`]()}` : nothing}</div>
    </section>`;
  }

  deviceStep() {
    const known = devices.get()?.size ?? 0;
    return html`<p class="soft">${t('start.deviceText')}</p>
      <div class="row">${this.can ? html`<button class="btn primary" type="button" ?disabled=${this.busy} @click=${this.simulate}>${icon('play')}${this.busy ? t('start.starting') : t('start.simulate')}</button>` : nothing}
        <button class="btn" type="button" @click=${() => (this.adding = true)}>${icon('devices')}${t('start.hardware')}</button></div>
      ${known > 0 && !setup.get().device ? html`<p role="status" class="soft">${t('start.waitsForBoard')}</p>` : nothing}`;
  }

  simulate() {
    return this.doing(async () => {
      const device = await addSimulated(t('start.simulatedName'));
      const until = Date.now() + 20_000;
      while (Date.now() < until && this.isConnected) {
        if ((await get(`/devices/${device.id}`)).capabilities) break;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      await readDevices();
    });
  }

  streamStep() {
    return html`<p class="soft">${t('start.streamText')}</p>
      <div class="row"><button class="btn primary" type="button" data-action="sample" ?disabled=${this.busy} @click=${() => this.doing(() => playSample())}>${icon('play')}${t('start.sample')}</button></div>
      <form @submit=${this.follow}>${field({name: 'start-username', label: t('start.name'), value: this.name, placeholder: '@maker', autocapitalize: 'none', spellcheck: 'false', maxlength: 200, on: (value) => (this.name = value)})}
        <button class="btn" type="submit" ?disabled=${this.busy || this.name.trim() === ''}>${icon('live')}${t('start.connect')}</button></form>`;
  }

  follow(event) {
    event.preventDefault();
    return this.doing(() => connect(this.name.trim()));
  }

  ruleStep() {
    return html`<p class="soft">${t('start.ruleText')}</p><sw-recipes .only=${RECIPES} @made=${() => this.doing(readRules)}></sw-recipes>`;
  }

  armedStep() {
    return html`<p class="soft">${t('start.armedText')}</p>
      <div class="note warn">${icon('warn')}<p>${t('start.armedWarning')}</p></div>
      <div class="row"><button class="btn primary" type="button" data-action="arm" ?disabled=${this.busy} @click=${() => this.doing(() => arm(ARM_MS))}>${icon('armed')}${t('start.armNow', {length: length(ARM_MS)})}</button></div>`;
  }

  movedStep() {
    const target = this.target();
    if (!target) return html`<p class="soft">${t('start.noTarget')}</p>`;
    return html`<p class="soft">${t('start.movedText')}</p>
      <sw-try .device=${target.device} .command=${target.command} .args=${target.args} @moved=${() => readSetup()}></sw-try>
      <p class="soft">${t('start.fromEvent')}</p>
      <div class="row"><button class="btn" type="button" data-action="event" ?disabled=${this.busy} @click=${() => this.doing(() => this.pretend(target))}>${icon('comment')}${t('start.pretend')}</button></div>`;
  }

  /** The action of the newest rule, and the device that it moves. */
  target() {
    for (const rule of [...(rules.get()?.values() ?? [])].reverse()) {
      for (const action of deviceActions(rule.actions)) {
        const device = devices.get()?.get(action.device_id);
        const command = device?.capabilities?.commands?.find(({name}) => name === action.command);
        const plain = Object.entries(action.args ?? {}).filter(([, value]) => typeof value === 'number');
        if (command) return {rule, device, command, args: Object.fromEntries(plain)};
      }
    }
    return undefined;
  }

  /** An event as if a viewer had made it, of the kind that the rule waits for. */
  pretend({rule}) {
    return post('/livestreams/simulate', {...exampleOf(rule.trigger), user: {handle: 'ada', nickname: 'Ada'}}, {key: newKey()});
  }

  triumph() {
    const {first} = this;
    const from = first?.hops?.frame ?? first?.hops?.decided;
    return html`<section class="card triumph" role="status"><div class="row">${icon('check')}<h2>${first?.hops?.on && from ? t('start.triumphTime', {length: length((first.hops.on - from) / 1000)}) : t('start.triumph')}</h2></div>
      <p>${t('start.triumphText')}</p>
      <div class="row"><a class="btn primary" href="/live">${icon('live')}${t('start.toLive')}</a>${first ? html`<a class="btn" href="/receipts/event/${first.eventId}">${icon('receipts')}${t('start.toReceipt')}</a>` : nothing}</div></section>`;
  }

  async doing(action) {
    this.busy = true;
    this.problem = undefined;
    try {
      await action();
      this.shown = undefined;
      await readSetup();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error;
    } finally {
      this.busy = false;
    }
  }

  async added() {
    this.adding = false;
    await attempt(() => Promise.all([readDevices(), readSetup()]));
  }
}

function exampleOf(trigger) {
  switch (trigger.type) {
    case 'comment': {
      const text = [trigger.contains ?? trigger.word ?? trigger.equals ?? trigger.starts_with ?? trigger.command ?? 'spin'].flat()[0];
      return {type: 'comment', text: trigger.command ? `!${text.replace(/^!/, '')}` : text};
    }
    case 'gift':
      return {type: 'gift', gift: {name: trigger.names?.[0] ?? 'Rose', diamonds: Math.max(1, trigger.min_diamonds ?? 1), count: 1}};
    case 'likes':
      return {type: 'like', count: 10};
    default:
      return {type: ['follow', 'share', 'join', 'subscribe'].includes(trigger.type) ? trigger.type : 'comment'};
  }
}

customElements.define('sw-start', Start);
