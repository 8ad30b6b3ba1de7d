import {Component, css, html, nothing} from '../core/element.js';
import {ApiError, call, get, newKey} from '../core/api.js';
import {may} from '../core/session.js';
import {FINAL, ranges, tenth} from '../core/actions.js';
import {problemText} from '../core/problems.js';
import {t} from '../core/text.js';
import {length} from '../core/format.js';
import {icon} from '../kit/icon.js';
import {commandState} from '../kit/presence.js';
import '../kit/sw-waterfall.js';

const LONGEST_WAIT = 70_000;

/** The three tests of an action, `{device, command, args}`: say what would happen, do it at 10 %, do it. Tells `moved` when the board has done it. */
class Try extends Component {
  static properties = {device: {attribute: false}, command: {attribute: false}, args: {attribute: false}, said: {state: true}, receipt: {state: true}, busy: {state: true}};

  static styles = css`
    sw-try {
      display: grid;
      gap: var(--s3);
    }
  `;

  render() {
    const allowed = may('moderator');
    return html`<div class="row tight" role="group" aria-label=${t('actions.tests')}>
        <button class="btn" type="button" data-test="simulate" ?disabled=${this.busy} @click=${this.simulate}>${icon('search')}${t('actions.simulate')}</button>
        <button class="btn" type="button" data-test="tenth" ?disabled=${this.busy || !allowed} @click=${() => this.run(tenth(this.command, this.device.limits, this.args))}>${icon('play')}${t('actions.tenth')}</button>
        <button class="btn primary" type="button" data-test="real" ?disabled=${this.busy || !allowed} @click=${() => this.run(this.args)}>${icon('bolt')}${t('actions.real')}</button>
      </div>
      <div role="status" class="stack tight">${this.said ? html`<div class="note ${this.said.kind}">${icon(this.said.kind === 'good' ? 'check' : 'warn')}<p>${this.said.text}</p></div>` : nothing}
        ${this.receipt ? html`<div class="row">${commandState(this.receipt)}<a class="small" href="/receipts/${this.receipt.id}">${t('actions.receipt')}</a></div>` : nothing}</div>
      ${this.receipt?.hops?.on ? html`<sw-waterfall .hops=${this.receipt.hops}></sw-waterfall>` : nothing}`;
  }

  /** What would happen now, without anything happening. */
  async simulate() {
    this.receipt = undefined;
    const {device, command, args} = this;
    await this.trying(async () => {
      const [status, state] = await Promise.all([get(`/devices/${device.id}/status`), get(`/devices/${device.id}/limits-state`)]);
      const limit = state.commands[command.name];
      const needed = args.ms ?? command.max_on_ms ?? 0;
      const outside = ranges(command, device.limits).find(({name, min, max}) => args[name] < min || args[name] > max);
      if (outside) return this.say('warn', t('actions.wouldBeOutside', {name: outside.name, min: outside.min, max: outside.max}));
      if (status.presence === 'lost') return this.say('warn', t('actions.wouldBeOffline'));
      if (!status.armed) return this.say('warn', t('actions.wouldBeDisarmed'));
      if (limit?.reason) return this.say('warn', t(`actions.wouldWait_${limit.reason}`));
      if (limit && limit.duty_left_ms < needed) return this.say('warn', t('actions.wouldWait_duty_exhausted'));
      return this.say('good', t('actions.wouldRun', {name: command.name, args: describe(command, args)}));
    });
  }

  async run(args) {
    this.said = undefined;
    this.receipt = undefined;
    await this.trying(async () => {
      const path = `/devices/${this.device.id}`;
      const {data} = await call('POST', `${path}/command`, {body: {command: this.command.name, args}, key: newKey(), wait: 2});
      this.receipt = data;
      const until = Date.now() + LONGEST_WAIT;
      while (!FINAL.has(this.receipt.state) && Date.now() < until && this.isConnected) {
        await new Promise((resolve) => setTimeout(resolve, 400));
        this.receipt = await get(`${path}/commands/${data.id}`);
      }
      if (this.receipt.state === 'done') this.emit('moved', this.receipt);
    });
  }

  async trying(action) {
    this.busy = true;
    this.said = undefined;
    try {
      await action();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.say('bad', problemText(error));
    } finally {
      this.busy = false;
    }
  }

  say(kind, text) {
    this.said = {kind, text};
  }
}

const describe = (command, args) =>
  (command.args ?? []).map(({name, unit}) => (unit === 'ms' ? length(args[name]) : `${name} ${args[name]}${unit ?? ''}`)).join(', ');

customElements.define('sw-try', Try);
