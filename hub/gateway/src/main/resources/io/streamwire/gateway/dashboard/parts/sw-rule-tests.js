import {Component, css, html, nothing} from '../core/element.js';
import {ranges} from '../core/actions.js';
import {newKey, post} from '../core/api.js';
import {curved, drawable} from '../core/curve.js';
import {devices, deviceName} from '../core/devices.js';
import {may} from '../core/session.js';
import {deviceActions} from '../core/triggers.js';
import {Watch} from '../core/value.js';
import {t} from '../core/text.js';
import {field} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import {attempt, toast} from '../kit/toasts.js';
import './sw-args.js';
import './sw-try.js';

const SAMPLE = 100;

/** The three tests of what a rule does, one device action at a time, and the button of a rule that has one. */
class RuleTests extends Component {
  static properties = {rule: {attribute: false}, changed: {attribute: false}, chosen: {state: true}, moved: {state: true}};

  static styles = css`
    sw-rule-tests {
      display: block;
    }
  `;

  constructor() {
    super();
    this.chosen = 0;
    new Watch(this, devices);
  }

  willUpdate(changed) {
    if (changed.has('rule') || changed.has('chosen')) this.moved = undefined;
  }

  render() {
    const all = deviceActions(this.rule.actions);
    const action = all[Math.min(this.chosen, all.length - 1)];
    const device = action && devices.get()?.get(action.device_id);
    const command = device?.capabilities?.commands?.find(({name}) => name === action.command);
    if (!command && this.rule.trigger.type !== 'manual') return nothing;
    return html`<section class="card" aria-label=${t('rules.tests')}><h2>${t('rules.tests')}</h2>
      ${this.rule.trigger.type === 'manual' ? this.button() : nothing}
      ${command ? html`<p class="soft">${t('rules.testsText')}</p>
        ${all.length > 1 ? field({name: 'test-action', label: t('editor.testWhich'), value: this.chosen, options: all.map((one, at) => [at, `${at + 1}. ${one.command} · ${one.device_id ? deviceName(one.device_id) : `#${one.tag}`}`]), on: (at) => (this.chosen = Number(at))}) : nothing}
        ${this.tried(action, device, command)}` : nothing}</section>`;
  }

  tried(action, device, command) {
    const args = this.moved ?? sample(action, ranges(command, device.limits));
    const computed = Object.values(action.args ?? {}).some((value) => typeof value === 'object');
    return html`${computed ? html`<p class="small soft">${t('editor.testComputed', {sample: SAMPLE})}</p><sw-args name="test" .command=${command} .limits=${device.limits} .args=${args} @changed=${(event) => {
        event.stopPropagation();
        this.moved = event.detail;
      }}></sw-args>` : nothing}
      <sw-try .device=${device} .command=${command} .args=${args}></sw-try>`;
  }

  button() {
    const ready = this.rule.id && !this.changed && may('moderator');
    return html`<div class="row tight"><button class="btn primary" type="button" data-action="press" ?disabled=${!ready} @click=${() => this.press()}>${icon('armed')}${this.rule.trigger.label || this.rule.name}</button><span class="soft small">${t('editor.press')}</span></div>`;
  }

  async press() {
    const done = await attempt(() => post(`/rules/${this.rule.id}/trigger`, {}, {key: newKey()}));
    if (done) toast(t('editor.pressed'));
  }
}

/** The arguments as they would be for an event with a hundred of whatever is asked for. */
function sample(action, described) {
  const of = ({name, min, max}) => {
    const value = action.args?.[name];
    if (typeof value === 'number') return value;
    if (value?.from && drawable(value)) return Math.min(max, Math.max(min, curved(value, SAMPLE)));
    return value?.default ?? Math.round((min + max) / 2);
  };
  return Object.fromEntries(described.map((range) => [range.name, of(range)]));
}

customElements.define('sw-rule-tests', RuleTests);
