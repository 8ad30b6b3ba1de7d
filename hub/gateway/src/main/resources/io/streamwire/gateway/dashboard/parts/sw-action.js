import {Component, css, html, nothing} from '../core/element.js';
import {ranges} from '../core/actions.js';
import {actionFor, freshAction} from '../core/fresh-actions.js';
import {devices} from '../core/devices.js';
import {faultAt} from '../core/rule-faults.js';
import {ACTIONS, withField} from '../core/rule-forms.js';
import {t} from '../core/text.js';
import {field} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import './sw-argument.js';
import './sw-fields.js';

/** Kinds of fields that are about actions and commands; `sw-fields` shows the others. */
const OWN = new Set(['command', 'args', 'steps', 'options', 'winners']);

const MOST_OPTIONS = 16;

/** One action of a rule, by its type; tells `changed` with the action. */
class ActionForm extends Component {
  static properties = {action: {attribute: false}, at: {}, deep: {type: Number}, choices: {attribute: false}, faults: {attribute: false}, named: {state: true}};

  static styles = css`
    sw-action {
      display: grid;
      gap: var(--s3);
      min-width: 0;

      & .option {
        display: grid;
        gap: var(--s3);
        min-width: 0;
        padding: var(--s3);
        border: 1px dashed var(--line-strong);
        border-radius: var(--r2);
      }

      & .option-head {
        display: grid;
        grid-template-columns: minmax(0, 160px) 1fr auto;
        gap: var(--s3);
        align-items: end;
      }

      & .type {
        display: grid;
        grid-template-columns: minmax(0, 200px);
      }
    }
  `;

  render() {
    const form = ACTIONS[this.action.type];
    if (!form) return html`<pre>${JSON.stringify(this.action, null, 2)}</pre>`;
    const plain = form.filter(({kind, rare}) => !OWN.has(kind) && !rare);
    const rare = form.filter((one) => one.rare);
    return html`${plain.length ? this.fields(plain) : nothing}
      ${form.filter(({kind}) => OWN.has(kind)).map((one) => this[one.kind](one))}
      ${rare.length ? this.fields(rare) : nothing}`;
  }

  fields(fields) {
    return html`<sw-fields .fields=${fields} .value=${this.action} at=${this.at} .faults=${this.faults} @changed=${(event) => this.take(event, this.aimed(event.detail))}></sw-fields>`;
  }

  /** Another device may not know the command, or other arguments. */
  aimed(action) {
    const device = devices.get()?.get(action.device_id);
    return action.type === 'device' && device && action.device_id !== this.action.device_id ? actionFor(device, action) : action;
  }

  get device() {
    return devices.get()?.get(this.action.device_id);
  }

  command({name}) {
    const commands = this.device?.capabilities?.commands ?? [];
    const {command} = this.action;
    const error = faultAt(this.faults, `${this.at}/${name}`) || undefined;
    if (!commands.length) return field({name: `${this.at}/command`, label: t('rules.command'), value: command ?? '', maxlength: 64, required: true, error, on: (next) => this.put(name, next)});
    const known = commands.map((one) => [one.name, one.name]);
    return field({name: `${this.at}/command`, label: t('rules.command'), value: command, error, options: known.some(([one]) => one === command) ? known : [[command, command], ...known], on: (next) => this.emit('changed', actionFor(this.device, {...this.action, command: next, args: undefined}))});
  }

  args({name}) {
    const args = this.action.args ?? {};
    const command = this.device?.capabilities?.commands?.find((one) => one.name === this.action.command);
    const described = command ? ranges(command, this.device.limits) : [];
    const others = Object.keys(args).filter((each) => !described.some((range) => range.name === each));
    const one = (each, range) => html`<div class="stack tight"><sw-argument name=${each} .value=${args[each] ?? range?.min ?? 0} .range=${range} .command=${command} .limits=${this.device?.limits} at="${this.at}/args/${each}" .faults=${this.faults}
        @changed=${(event) => this.take(event, withField(this.action, name, withField(args, each, event.detail)))}></sw-argument>
      ${range ? nothing : html`<div><button class="btn ghost small" type="button" @click=${() => this.put(name, withField(args, each, undefined))}>${icon('trash')}${t('editor.argRemove', {name: each})}</button></div>`}</div>`;
    return html`${described.map((range) => one(range.name, range))}${others.map((each) => one(each))}${command ? nothing : this.newArg(args)}`;
  }

  newArg(args) {
    const ready = /^[\w.-]{1,64}$/.test(this.named ?? '') && !(this.named in args);
    return html`<div class="option-head">${field({name: `${this.at}/args new`, label: t('editor.argName'), value: this.named ?? '', on: (next) => (this.named = next)})}
      <div><button class="btn" type="button" ?disabled=${!ready} @click=${() => {
        this.put('args', {...args, [this.named]: 0});
        this.named = '';
      }}>${icon('plus')}${t('editor.argAdd')}</button></div></div>`;
  }

  steps({name}) {
    return this.list(this.action[name], `${this.at}/${name}`, (steps) => this.put(name, steps));
  }

  list(actions, at, set) {
    return html`<sw-actions .actions=${actions} at=${at} .deep=${this.deep + 1} steps .choices=${this.choices} .faults=${this.faults} @changed=${(event) => {
      event.stopPropagation();
      set(event.detail);
    }}></sw-actions>`;
  }

  options({name}) {
    const options = this.action[name];
    const all = options.reduce((sum, {weight = 1}) => sum + weight, 0);
    return html`${options.map((option, at) => {
      const {weight = 1, action} = option;
      const set = (next) => this.put(name, options.with(at, next));
      return html`<div class="option" role="group" aria-label=${t('editor.option', {at: at + 1})}><div class="option-head">
          ${field({name: `${this.at}/of/${at}/weight`, label: t('editor.weight'), type: 'number', min: 1, max: 1000, step: 1, value: weight, on: (next) => set({...option, weight: Number(next) || 1})})}
          <span class="soft small">${t('editor.chance', {percent: Math.round((weight / all) * 100)})}</span>
          <button class="btn ghost small icon" type="button" ?disabled=${options.length === 1} aria-label=${t('editor.optionRemove', {at: at + 1})} @click=${() => this.put(name, options.toSpliced(at, 1))}>${icon('trash')}</button></div>
        ${this.inner(action, `${this.at}/of/${at}/action`, (next) => set(withField(option, 'action', next)), true)}</div>`;
    })}<div><button class="btn small" type="button" ?disabled=${options.length >= MOST_OPTIONS} @click=${() => this.put(name, [...options, {weight: 1}])}>${icon('plus')}${t('editor.optionAdd')}</button></div>`;
  }

  winners({name}) {
    const of = this.action[name];
    const known = this.choices ?? [];
    const stale = of.filter(({choice}) => !known.includes(choice)).map(({choice}) => choice);
    return html`${[...known, ...stale].map((choice) => {
      const at = of.findIndex((one) => one.choice === choice);
      const set = (action) => this.put(name, action === undefined ? of.filter((one) => one.choice !== choice) : at < 0 ? [...of, {choice, action}] : of.with(at, {...of[at], action}));
      return html`<div class="option" role="group" aria-label=${t('editor.wins', {choice})}><h4>${t('editor.wins', {choice})}</h4>${this.inner(of[at]?.action, `${this.at}/of/${at}/action`, set, true)}</div>`;
    })}`;
  }

  /** The action of an option, of a type that can be chosen; `none` means that nothing is done. */
  inner(action, at, set) {
    const nested = this.deep < 2 ? ['sequence', 'choice'] : [];
    const types = ['none', 'device', 'overlay', 'webhook', ...nested, ...(action && ![...nested, 'device', 'overlay', 'webhook'].includes(action.type) ? [action.type] : [])];
    return html`<div class="type">${field({name: `${at}/type`, label: t('editor.does'), value: action?.type ?? 'none', options: types.map((type) => [type, t(`editor.action_${type}`)]), on: (type) => set(freshAction(type, this.choices))})}</div>
      ${action ? html`<sw-action .action=${action} at=${at} .deep=${this.deep + 1} .choices=${this.choices} .faults=${this.faults} @changed=${(event) => {
        event.stopPropagation();
        set(event.detail);
      }}></sw-action>` : nothing}`;
  }

  put(name, next) {
    this.emit('changed', withField(this.action, name, next));
  }

  take(event, next) {
    event.stopPropagation();
    this.emit('changed', next);
  }
}

customElements.define('sw-action', ActionForm);
