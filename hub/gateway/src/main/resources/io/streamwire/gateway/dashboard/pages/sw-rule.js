import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {ApiError, call, newKey, post} from '../core/api.js';
import {defaults} from '../core/actions.js';
import {deviceName, devices, readDevices} from '../core/devices.js';
import {readRules} from '../core/rules.js';
import {may} from '../core/session.js';
import {go} from '../core/router.js';
import {actionText, triggerText} from '../core/triggers.js';
import {faultsByField, problemText} from '../core/problems.js';
import {t} from '../core/text.js';
import {empty, loading} from '../kit/empty.js';
import {field, toggle} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import {attempt, toast} from '../kit/toasts.js';
import '../kit/sw-dialog.js';
import '../parts/sw-args.js';
import '../parts/sw-dry-run.js';
import '../parts/sw-try.js';

const TYPES = ['comment', 'gift', 'follow', 'share', 'join', 'subscribe', 'likes', 'manual'];
const EMPTY = {name: '', enabled: true, trigger: {type: 'comment', contains: 'spin'}, cooldown: {global_ms: 2000, per_viewer_ms: 10_000}, actions: []};

/** One rule: what sets it off, how long it rests, what it does; what the last events would have made of it; and its three tests. */
class RulePage extends Component {
  static properties = {params: {attribute: false}, workspace: {attribute: false}, draft: {state: true}, problem: {state: true}, missing: {state: true}, busy: {state: true}, changed: {state: true}, asking: {state: true}};

  static styles = css`
    sw-rule {
      display: grid;
      gap: var(--s5);

      & .columns {
        display: grid;
        grid-template-columns: minmax(0, 1.2fr) minmax(0, 1fr);
        gap: var(--s4);
        align-items: start;
      }

      & .two {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(200px, 100%), 1fr));
        gap: var(--s4);
        align-items: start;
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
    new Watch(this, devices, prefs);
  }

  connectedCallback() {
    super.connectedCallback();
    readDevices();
  }

  willUpdate(changed) {
    if (changed.has('params') && (this.draft === undefined || this.params.id !== this.shown)) this.open(this.params.id);
    if (this.draft?.actions.length === 0 && !this.draft.id && devices.get()) this.begin();
  }

  open(id) {
    this.shown = id;
    this.problem = undefined;
    this.missing = undefined;
    this.changed = false;
    if (id === undefined) {
      this.draft = structuredClone(EMPTY);
      return;
    }
    this.draft = undefined;
    this.read();
  }

  async read() {
    try {
      const {data, etag} = await call('GET', `/rules/${this.shown}`);
      this.draft = data;
      this.etag = etag;
      this.changed = false;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.missing = error;
    }
  }

  /** A new rule moves the first device that can move. */
  begin() {
    const device = able()[0];
    if (device) this.draft = {...this.draft, actions: [actionFor(device)]};
  }

  render() {
    if (this.missing) return html`<div class="card">${empty({sign: 'rules', title: problemText(this.missing), action: html`<a class="btn" href="/rules">${t('rules.title')}</a>`})}</div>`;
    if (!this.draft || devices.get() === null) return loading(t('shell.loading'));
    const {draft} = this;
    return html`<header class="page-head"><div><a class="small" href="/rules">${t('rules.title')}</a><h1 class="theirs">${draft.name || t('rules.new')}</h1>
          <p>${triggerText(draft.trigger)} → <span class="mono">${actionText(draft.actions, deviceName)}</span></p></div>
        ${draft.id && may('admin') ? html`<button class="btn icon" type="button" aria-label=${t('rules.delete')} @click=${() => (this.asking = true)}>${icon('trash')}</button>` : nothing}</header>
      ${this.problem ? html`<div class="note bad" role="alert">${icon('warn')}<p>${problemText(this.problem)}</p></div>` : nothing}
      <div class="columns">
        <form class="stack" @submit=${(event) => this.save(event)}>
          ${this.about(draft)} ${this.trigger(draft.trigger)} ${this.rest(draft.cooldown ?? {})} ${this.action(draft)}
          ${may('admin') ? html`<div class="row"><button class="btn primary" type="submit" ?disabled=${this.busy || draft.name.trim() === ''}>${icon('check')}${t('shell.save')}</button>
            ${this.changed ? html`<span class="soft small">${t('rules.unsaved')}</span>` : nothing}</div>` : nothing}
        </form>
        <div class="stack"><sw-dry-run .rule=${draft}></sw-dry-run>${this.tests(draft)}</div>
      </div>
      ${this.question(draft)}`;
  }

  set(change) {
    this.draft = {...this.draft, ...change};
    this.changed = true;
  }

  about(draft) {
    return html`<section class="card">
      ${field({name: 'rule-name', label: t('rules.name'), value: draft.name, maxlength: 100, required: true, on: (name) => this.set({name}), error: faultsByField(this.problem ?? {}).name})}
      <div class="row">${toggle({label: t('rules.enabled'), on: draft.enabled, change: (enabled) => this.set({enabled})})}<span>${draft.enabled ? t('rules.isOn') : t('rules.isOff')}</span></div>
    </section>`;
  }

  trigger(trigger) {
    const {type} = trigger;
    const known = TYPES.includes(type) ? TYPES : [type, ...TYPES];
    return html`<section class="card"><h2>${t('rules.when')}</h2><div class="two">
      ${field({name: 'trigger-type', label: t('rules.event'), value: type, options: known.map((one) => [one, t(`events.type_${one}`)]), on: (next) => this.set({trigger: triggerOf(next)})})}
      ${this.detail(trigger)}</div></section>`;
  }

  detail(trigger) {
    const put = (change) => this.set({trigger: {...trigger, ...change}});
    switch (trigger.type) {
      case 'comment': {
        const kind = ['contains', 'word', 'equals', 'starts_with', 'command', 'regex'].find((one) => trigger[one] !== undefined) ?? 'contains';
        const text = [trigger[kind] ?? ''].flat().join(', ');
        return html`${field({name: 'trigger-kind', label: t('rules.match'), value: kind, options: ['contains', 'word', 'equals', 'starts_with', 'command', 'regex'].map((one) => [one, t(`rules.match_${one}`)]), on: (next) => this.set({trigger: {type: 'comment', [next]: [trigger[kind]].flat()[0] ?? ''}})})}
          ${field({name: 'trigger-text', label: t('rules.textOf'), value: text, maxlength: 200, required: true, on: (value) => put({[kind]: kind === 'regex' || !value.includes(',') ? value : value.split(',').map((one) => one.trim()).filter(Boolean)}), hint: kind === 'regex' ? undefined : t('rules.textHint')})}`;
      }
      case 'gift':
        return html`${field({name: 'trigger-gifts', label: t('rules.gifts'), value: (trigger.names ?? []).join(', '), hint: t('rules.giftsHint'), on: (value) => put({names: value.split(',').map((one) => one.trim()).filter(Boolean)})})}
          ${field({name: 'trigger-diamonds', label: t('rules.minDiamonds'), type: 'number', min: 1, value: trigger.min_diamonds ?? '', on: (value) => put({min_diamonds: value === '' ? undefined : Number(value)})})}
          ${field({name: 'trigger-mode', label: t('rules.mode'), value: trigger.mode ?? 'streak_end', options: ['streak_end', 'per_increment', 'first'].map((mode) => [mode, t(`rules.mode_${mode}`)]), on: (mode) => put({mode})})}`;
      case 'likes':
        return field({name: 'trigger-every', label: t('rules.every'), type: 'number', min: 1, value: trigger.every ?? 100, on: (value) => put({every: Number(value)})});
      case 'manual':
        return field({name: 'trigger-label', label: t('rules.label'), value: trigger.label ?? '', maxlength: 100, on: (label) => put({label: label || undefined})});
      default:
        return nothing;
    }
  }

  rest(cooldown) {
    const part = (name) =>
      field({name: `cooldown-${name}`, label: t(`rules.${name}`), type: 'number', min: 0, max: 86_400, step: 'any', value: (cooldown[name] ?? 0) / 1000, on: (value) => this.set({cooldown: {...cooldown, [name]: Math.round(Number(value) * 1000)}})});
    return html`<section class="card"><h2>${t('rules.rest')}</h2><div class="two">${part('global_ms')}${part('per_viewer_ms')}</div></section>`;
  }

  /** The one plain action that this form can show; whatever else a rule has stays as it is. */
  plain(draft) {
    const [action] = draft.actions;
    const simple = draft.actions.length === 1 && action.type === 'device' && action.device_id && Object.values(action.args ?? {}).every((value) => typeof value === 'number');
    return simple ? action : undefined;
  }

  chosen(draft) {
    const action = this.plain(draft);
    const device = action && devices.get().get(action.device_id);
    const command = device?.capabilities?.commands?.find(({name}) => name === action.command);
    return {action, device, command};
  }

  action(draft) {
    if (draft.actions.length === 0) {
      return html`<section class="card">${empty({sign: 'devices', title: t('rules.needDevice'), text: t('rules.needDeviceText'), action: html`<a class="btn" href="/devices">${t('rules.toDevices')}</a>`})}</section>`;
    }
    const {action, device, command} = this.chosen(draft);
    if (!action) return html`<section class="card"><h2>${t('rules.does')}</h2><p class="soft">${t('rules.more', {count: draft.actions.length})}</p></section>`;
    const put = (next) => this.set({actions: [next]});
    return html`<section class="card"><h2>${t('rules.does')}</h2><div class="two">
        ${field({name: 'action-device', label: t('rules.device'), value: action.device_id, options: [...(device ? [] : [[action.device_id, t('rules.gone')]]), ...able().map(({id, name}) => [id, name])], on: (id) => put(actionFor(devices.get().get(id), action))})}
        ${device ? field({name: 'action-command', label: t('rules.command'), value: action.command, options: [...(command ? [] : [[action.command, action.command]]), ...(device.capabilities?.commands ?? []).map(({name}) => [name, name])], on: (name) => put(actionFor(device, {...action, command: name, args: undefined}))}) : nothing}
      </div>
      ${command ? html`<sw-args name="rule" .command=${command} .limits=${device.limits} .args=${action.args ?? {}} @changed=${(event) => put({...action, args: event.detail})}></sw-args>` : nothing}
    </section>`;
  }

  tests(draft) {
    const {action, device, command} = this.chosen(draft);
    if (!command) return nothing;
    return html`<section class="card"><h2>${t('rules.tests')}</h2><p class="soft">${t('rules.testsText')}</p>
      <sw-try .device=${device} .command=${command} .args=${action.args ?? {}}></sw-try></section>`;
  }

  async save(event) {
    event.preventDefault();
    this.busy = true;
    this.problem = undefined;
    const {id} = this.draft;
    try {
      const {data, etag} = await call(id ? 'PUT' : 'POST', id ? `/rules/${id}` : '/rules', {body: this.draft, ...(id ? {etag: this.etag} : {key: newKey()})});
      this.draft = data;
      this.etag = etag;
      this.changed = false;
      toast(t('rules.saved', {name: data.name}));
      readRules();
      if (!id) {
        this.shown = data.id;
        go(`/rules/${data.id}`, {replace: true});
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error;
    } finally {
      this.busy = false;
    }
  }

  question(draft) {
    return html`<sw-dialog .heading=${t('rules.deleteTitle', {name: draft.name})} ?open=${this.asking} @closed=${() => (this.asking = false)}
      .content=${() => html`<p>${t('rules.deleteText')}</p>`}
      .actions=${() => html`<button class="btn" type="button" @click=${() => (this.asking = false)}>${t('shell.cancel')}</button>
        <button class="btn danger" type="button" @click=${(event) => this.delete(event)}>${icon('trash')}${t('shell.remove')}</button>`}></sw-dialog>`;
  }

  async delete() {
    const gone = await attempt(() => call('DELETE', `/rules/${this.draft.id}`, {etag: this.etag}));
    if (!gone) return;
    this.asking = false;
    await readRules();
    go('/rules', {replace: true});
  }
}

const able = () => [...(devices.get()?.values() ?? [])].filter(({capabilities}) => capabilities?.commands?.length);

/** An action that the device can do, as like the one of before as can be. */
function actionFor(device, before) {
  const commands = device.capabilities?.commands ?? [];
  const command = commands.find(({name}) => name === before?.command) ?? commands[0];
  const args = before?.command === command.name && before.args ? before.args : defaults(command, device.limits);
  return {...before, type: 'device', device_id: device.id, command: command.name, args};
}

function triggerOf(type) {
  switch (type) {
    case 'comment':
      return {type, contains: 'spin'};
    case 'gift':
      return {type, names: ['Rose'], mode: 'streak_end'};
    case 'likes':
      return {type, every: 100};
    default:
      return {type};
  }
}

customElements.define('sw-rule', RulePage);
