import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {ApiError, get, newKey, post} from '../core/api.js';
import {defaults} from '../core/actions.js';
import {devices, readDevices} from '../core/devices.js';
import {faultsByField, problemText} from '../core/problems.js';
import {t} from '../core/text.js';
import {empty, loading} from '../kit/empty.js';
import {field} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import './sw-args.js';

/** Recipes to choose from, and the one form that makes a rule of one; tells `made` with the rule. `only` names some of them. */
class Recipes extends Component {
  static properties = {only: {attribute: false}, recipes: {state: true}, chosen: {state: true}, values: {state: true}, device: {state: true}, command: {state: true}, args: {state: true}, problem: {state: true}, busy: {state: true}};

  static styles = css`
    sw-recipes {
      display: block;

      & button.card {
        color: inherit;
        font: inherit;
        text-align: start;
        cursor: pointer;
      }

      & form .two {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(220px, 100%), 1fr));
        gap: var(--s4);
        align-items: start;
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, devices);
  }

  connectedCallback() {
    super.connectedCallback();
    readDevices();
    this.read();
  }

  async read() {
    try {
      this.recipes = (await get('/rules/recipes')).items;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.recipes = [];
    }
  }

  render() {
    if (!this.recipes || devices.get() === null) return loading(t('shell.loading'));
    if (this.able().length === 0) {
      return html`<div class="card">${empty({sign: 'devices', title: t('rules.needDevice'), text: t('rules.needDeviceText'), action: html`<a class="btn primary" href="/devices">${t('rules.toDevices')}</a>`})}</div>`;
    }
    if (this.chosen) return this.form();
    const shown = this.only ? this.recipes.filter(({name}) => this.only.includes(name)) : this.recipes;
    return html`<div class="tiles">${shown.map(
      (recipe) => html`<button class="card" type="button" data-recipe=${recipe.name} @click=${() => this.choose(recipe)}><h2>${recipe.title}</h2><p class="soft">${recipe.text}</p></button>`,
    )}</div>`;
  }

  /** The devices that have said what they can do. */
  able() {
    return [...devices.get().values()].filter(({capabilities}) => capabilities?.commands?.length);
  }

  choose(recipe) {
    this.chosen = recipe;
    this.problem = undefined;
    this.values = Object.fromEntries(asked(recipe).map(({name, default: value}) => [name, value ?? '']));
    const wanted = this.of('command')?.default;
    const able = this.able();
    this.take(able.find((device) => device.capabilities.commands.some(({name}) => name === wanted)) ?? able[0], wanted);
  }

  of(type) {
    return this.chosen.parameters.find((parameter) => parameter.type === type);
  }

  take(device, wanted) {
    const {commands} = device.capabilities;
    this.device = device;
    this.pick(commands.find(({name}) => name === wanted) ?? commands[0]);
  }

  pick(command) {
    this.command = command;
    const own = this.of('command')?.default === command.name ? this.of('args')?.default : undefined;
    this.args = {...defaults(command, this.device.limits), ...numbers(own)};
  }

  form() {
    const faults = faultsByField(this.problem ?? {});
    const {chosen, device, command} = this;
    return html`<form class="card" @submit=${this.submit}>
      <div class="card-head"><h2>${chosen.title}</h2><button class="btn ghost small" type="button" @click=${() => (this.chosen = undefined)}>${icon('back')}${t('rules.otherRecipe')}</button></div>
      <p class="soft">${chosen.text}</p>
      ${this.problem ? html`<div class="note bad" role="alert">${icon('warn')}<p>${problemText(this.problem)}</p></div>` : nothing}
      <div class="two">
        ${field({name: 'recipe-device', label: t('rules.device'), value: device.id, options: this.able().map(({id, name}) => [id, name]), on: (id) => this.take(devices.get().get(id), command.name)})}
        ${field({name: 'recipe-command', label: t('rules.command'), value: command.name, options: device.capabilities.commands.map(({name}) => [name, name]), on: (name) => this.pick(device.capabilities.commands.find((one) => one.name === name))})}
        ${asked(chosen).map((parameter) => this.parameter(parameter, faults))}
      </div>
      <sw-args name="recipe" .command=${command} .limits=${device.limits} .args=${this.args} @changed=${(event) => (this.args = event.detail)}></sw-args>
      <div class="row"><button class="btn primary" type="submit" ?disabled=${this.busy}>${icon('check')}${t('rules.make')}</button></div>
    </form>`;
  }

  parameter({name, type, text, min, max, unit}, faults) {
    return field({
      name: `recipe-${name}`,
      label: unit ? `${text} (${unit})` : text,
      type: type === 'integer' ? 'number' : 'text',
      min,
      max,
      maxlength: type === 'text' ? 200 : undefined,
      value: this.values[name],
      error: faults[name],
      on: (value) => (this.values = {...this.values, [name]: type === 'integer' ? Number(value) : value}),
    });
  }

  async submit(event) {
    event.preventDefault();
    this.busy = true;
    this.problem = undefined;
    try {
      const given = Object.fromEntries(Object.entries(this.values).filter(([, value]) => value !== ''));
      const body = {...given, device_id: this.device.id, command: this.command.name, args: this.args};
      const rule = await post(`/rules/recipes/${this.chosen.name}`, body, {key: newKey()});
      this.emit('made', rule);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error;
    } finally {
      this.busy = false;
    }
  }
}

/** What the form asks for by itself; what a rule can be told later is left out. */
const asked = ({parameters}) => parameters.filter(({name, type}) => (type === 'text' || type === 'integer') && name !== 'folder');

/** Of a recipe's arguments those that are plain numbers; what is computed from the event stays as it is. */
const numbers = (args) => Object.fromEntries(Object.entries(args ?? {}).filter(([, value]) => typeof value === 'number'));

customElements.define('sw-recipes', Recipes);
