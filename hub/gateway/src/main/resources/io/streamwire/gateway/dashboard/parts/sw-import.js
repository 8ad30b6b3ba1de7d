import {Component, css, html, nothing} from '../core/element.js';
import {ApiError, newKey, post} from '../core/api.js';
import {devicesOf, stored, withDevices} from '../core/bundles.js';
import {deviceName, devices, readDevices} from '../core/devices.js';
import {differences} from '../core/diff.js';
import {problemText} from '../core/problems.js';
import {definition, placeText} from '../core/rule-faults.js';
import {rules} from '../core/rules.js';
import {Watch} from '../core/value.js';
import {t} from '../core/text.js';
import {changes} from '../kit/changes.js';
import {field, segments} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import {toast} from '../kit/toasts.js';
import '../kit/sw-dialog.js';

const KINDS = ['added', 'replaced', 'removed'];

/** Takes rules out of a file: which devices its names stand for, what would become of the rules here, and only then the import. Tells `imported` and `closed`. */
class Import extends Component {
  static properties = {open: {type: Boolean}, text: {state: true}, bundle: {state: true}, mode: {state: true}, moved: {state: true}, plan: {state: true}, problem: {state: true}, broken: {state: true}, busy: {state: true}};

  static styles = css`
    sw-import {
      & dialog.dialog {
        width: min(720px, calc(100vw - 32px));
      }

      & textarea.input {
        max-height: 160px;
        font: 400 var(--t-sm) / 1.4 var(--mono);
      }

      & .kinds {
        display: grid;
        gap: var(--s3);
      }

      & .plan-kind ul {
        padding-inline-start: var(--s4);
      }

      & summary {
        cursor: pointer;
      }
    }
  `;

  constructor() {
    super();
    this.mode = 'add';
    new Watch(this, devices, rules);
  }

  willUpdate(changed) {
    if (!changed.has('open') || !this.open) return;
    readDevices();
    this.mode = 'add';
    this.moved = {};
    this.take('');
  }

  render() {
    return html`<sw-dialog .heading=${t('rules.importTitle')} ?open=${this.open} .content=${() => this.content()} .actions=${() => this.buttons()}></sw-dialog>`;
  }

  content() {
    return html`<p class="soft">${t('rules.importText')}</p>
      <div class="field"><label for="import-file">${t('rules.importFile')}</label><input class="input" id="import-file" type="file" accept="application/json,.json" @change=${(event) => this.file(event)} /></div>
      ${field({name: 'import-text', label: t('rules.importPaste'), rows: 4, spellcheck: 'false', value: this.text, error: this.broken, on: (text) => this.take(text)})}
      ${this.bundle ? html`<div>${segments({label: t('rules.importMode'), value: this.mode, options: ['add', 'replace'].map((one) => [one, t(`rules.import_${one}`)]), on: (mode) => this.look({mode})})}</div>
        <p class="small soft">${t(`rules.importText_${this.mode}`)}</p>
        ${this.aims()}` : nothing}
      <div role="status" class="stack">${this.problem ? this.refused() : nothing}${this.plan ? this.planned(this.plan) : nothing}</div>`;
  }

  async file({target}) {
    const [file] = target.files;
    if (file) this.take(await file.text());
  }

  take(text) {
    this.text = text;
    this.bundle = undefined;
    this.plan = undefined;
    this.problem = undefined;
    this.broken = undefined;
    if (text.trim() === '') return;
    try {
      const said = JSON.parse(text);
      if (typeof said !== 'object' || said === null || !Array.isArray(said.rules)) throw new Error(t('rules.importNoRules'));
      this.bundle = said;
    } catch (error) {
      this.broken = `${t('rules.importNotJson')} ${error.message}`;
      return;
    }
    const known = devices.get() ?? new Map();
    const [first] = known.keys();
    // A device of another workspace is none here.
    this.moved = Object.fromEntries(devicesOf(this.bundle).map(([name, id]) => [name, known.has(id) ? id : (first ?? id)]));
    this.look({});
  }

  aims() {
    const named = devicesOf(this.bundle);
    if (!named.length) return nothing;
    const all = [...(devices.get()?.values() ?? [])].map(({id, name}) => [id, name]);
    return html`<fieldset><legend>${t('rules.importDevices')}</legend>${named.map(([name, id]) => {
      const value = this.moved[name] ?? id;
      return field({name: `import-${name}`, label: name, value, options: all.some(([one]) => one === value) ? all : [[value, deviceName(value)], ...all], on: (next) => this.look({moved: {...this.moved, [name]: next}})});
    })}</fieldset>`;
  }

  get wanted() {
    return withDevices(this.bundle, this.moved);
  }

  /** What the import would do, as the hub says. */
  async look({mode = this.mode, moved = this.moved}) {
    this.mode = mode;
    this.moved = moved;
    const {wanted} = this;
    this.asked = wanted;
    this.plan = undefined;
    this.problem = undefined;
    try {
      const plan = await post(`/rules/import?mode=${mode}&dry_run=true`, wanted);
      if (this.asked === wanted) this.plan = plan;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.asked === wanted) this.problem = error;
    }
  }

  refused() {
    const {errors} = this.problem;
    const name = (pointer) => {
      const at = /^\/rules\/(\d+)/.exec(pointer)?.[1];
      return at === undefined ? placeText(pointer) : `${this.bundle.rules[at]?.name || Number(at) + 1} › ${placeText(pointer.slice(`/rules/${at}`.length))}`;
    };
    return html`<div class="note bad">${icon('warn')}<div class="stack tight"><p>${errors.length ? t('rules.importFaults', {count: errors.length}) : problemText(this.problem)}</p>
      ${errors.length ? html`<ul class="plain small">${errors.slice(0, 20).map(({pointer, detail}) => html`<li><b>${name(pointer)}</b> ${detail}</li>`)}</ul>` : nothing}</div></div>`;
  }

  planned(plan) {
    if (KINDS.every((kind) => plan[kind].length === 0)) return html`<p>${t('rules.importNothing', {count: plan.unchanged})}</p>`;
    return html`<div class="kinds" data-part="plan">${KINDS.filter((kind) => plan[kind].length).map((kind) => html`<section class="plan-kind" data-kind=${kind}><h3>${t(`rules.import_${kind}`, {count: plan[kind].length})}</h3><ul class="plain">${plan[kind].map((one) => html`<li>${kind === 'replaced' ? this.replaced(one) : one.name}</li>`)}</ul></section>`)}
      ${plan.unchanged ? html`<p class="small soft">${t('rules.importSame', {count: plan.unchanged})}</p>` : nothing}</div>`;
  }

  replaced({id, name}) {
    const before = rules.get()?.get(id);
    const after = this.bundle.rules.find((rule) => rule.id === id);
    if (!before || !after) return name;
    return html`<details><summary>${name}</summary>${changes(differences(definition(before), stored(after, this.wanted.devices)))}</details>`;
  }

  buttons() {
    const ready = this.plan && KINDS.some((kind) => this.plan[kind].length) && !this.busy;
    return html`<button class="btn" type="button" @click=${() => this.emit('closed')}>${t('shell.cancel')}</button>
      <button class="btn ${this.plan?.removed.length ? 'danger' : 'primary'}" type="button" data-action="import" ?disabled=${!ready} @click=${() => this.run()}>${icon('check')}${t('rules.import')}</button>`;
  }

  async run() {
    this.busy = true;
    try {
      const done = await post(`/rules/import?mode=${this.mode}`, this.wanted, {key: newKey()});
      toast(t('rules.imported', {added: done.added.length, replaced: done.replaced.length, removed: done.removed.length}));
      this.emit('imported', done);
      this.emit('closed');
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error;
    } finally {
      this.busy = false;
    }
  }
}

customElements.define('sw-import', Import);
