import {Component, css, html, nothing} from '../core/element.js';
import {devices} from '../core/devices.js';
import {faultAt, faultOf} from '../core/rule-faults.js';
import {CONDITIONS, COOLDOWN, CROWDS, FILING, LIMIT, QUEUE, TRIGGERS, choicesOf, freshCrowd, freshTrigger, withField} from '../core/rule-forms.js';
import {streams, readStreams} from '../core/streams.js';
import {Watch} from '../core/value.js';
import {t} from '../core/text.js';
import {number} from '../core/format.js';
import {empty} from '../kit/empty.js';
import {field, segments, toggle} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import './sw-actions.js';
import './sw-cel.js';
import './sw-fields.js';
import './sw-hook.js';

const MOST_LIMITS = 4;

/** A rule as a form, in the order in which it is decided: `rule`, and what the hub finds wrong with it as `faults`. Tells `changed` with the rule. */
class RuleForm extends Component {
  static properties = {rule: {attribute: false}, faults: {attribute: false}};

  static styles = css`
    sw-rule-form {
      display: grid;
      gap: var(--s4);
      min-width: 0;

      & .type {
        display: grid;
        grid-template-columns: minmax(0, 320px);
      }

      & summary.head {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        justify-content: space-between;
        gap: var(--s1) var(--s3);
        cursor: pointer;

        & h2 {
          display: inline;
        }

        &::before {
          content: '▸';
          color: var(--text-faint);
        }

        & h2 {
          margin-inline-end: auto;
        }
      }

      & details[open] > summary.head::before {
        content: '▾';
      }

      & details.card[open] > summary.head {
        margin-bottom: var(--s4);
      }

      & details.card {
        display: block;
      }

      & summary.filing {
        padding-bottom: var(--s3);
        cursor: pointer;
      }

      & .limit {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: var(--s3);
        align-items: start;
        padding-top: var(--s3);
        border-top: 1px solid var(--line);
      }
    }
  `;

  constructor() {
    super();
    /** Parts that say something, or did. */
    this.opened = new Set();
    new Watch(this, devices, streams);
  }

  connectedCallback() {
    super.connectedCallback();
    if (!streams.get()) readStreams();
  }

  render() {
    const {rule} = this;
    return html`${this.about(rule)} ${this.trigger(rule.trigger)} ${this.crowd(rule)} ${this.conditions(rule)} ${this.rest(rule)} ${this.queue(rule)} ${this.actions(rule)}`;
  }

  put(name, value) {
    this.emit('changed', withField(this.rule, name, value));
  }

  /** What a component below has told is about this part of the rule. */
  take(event, name, value = event.detail) {
    event.stopPropagation();
    this.put(name, value);
  }

  fields(fields, value, at, set) {
    return html`<sw-fields .fields=${fields} .value=${value} at=${at} .faults=${this.faults} @changed=${(event) => {
      event.stopPropagation();
      set(event.detail);
    }}></sw-fields>`;
  }

  /** A part that few rules have: closed, with what it says in few words. */
  folded(name, used, said, content) {
    if (used || faultAt(this.faults, `/${name}`)) this.opened.add(name);
    return html`<details class="card" data-part=${name} ?open=${this.opened.has(name)}><summary class="head"><h2>${t(`editor.part_${name}`)}</h2><span class="soft small">${said}</span></summary><div class="stack">${content}</div></details>`;
  }

  about(rule) {
    return html`<section class="card">
      ${field({name: 'rule-name', label: t('rules.name'), value: rule.name, maxlength: 100, required: true, on: (name) => this.emit('changed', {...rule, name}), error: faultAt(this.faults, '/name') || undefined})}
      <div class="row">${toggle({label: t('rules.enabled'), on: rule.enabled ?? true, change: (enabled) => this.put('enabled', enabled)})}<span>${(rule.enabled ?? true) ? t('rules.isOn') : t('rules.isOff')}</span></div>
      <details ?open=${FILING.some(({name}) => rule[name] !== undefined)}><summary class="filing small soft">${t('editor.filing')}</summary>${this.fields(FILING, rule, '', (next) => this.emit('changed', next))}</details>
    </section>`;
  }

  trigger(trigger) {
    const {type} = trigger;
    const fault = faultOf(this.faults, '/trigger') || faultOf(this.faults, '/trigger/type');
    return html`<section class="card" data-part="trigger"><h2>${t('rules.when')}</h2>
      <div class="type">${field({name: 'trigger-type', label: t('rules.event'), value: type, options: options(TRIGGERS, type, (one) => t(`events.type_${one}`)), error: fault || undefined, on: (next) => this.put('trigger', freshTrigger(next))})}</div>
      ${TRIGGERS[type]?.length ? this.fields(TRIGGERS[type], trigger, '/trigger', (next) => this.put('trigger', next)) : html`<p class="soft small">${t(`editor.trigger_${type}`)}</p>`}
      ${type === 'webhook' ? html`<sw-hook .rule=${this.rule}></sw-hook>` : nothing}</section>`;
  }

  crowd({trigger, crowd}) {
    const none = ['none', ...Object.keys(CROWDS)];
    const fault = faultOf(this.faults, '/crowd') || faultOf(this.faults, '/crowd/type');
    return this.folded('crowd', crowd !== undefined, t(`editor.crowd_${crowd?.type ?? 'none'}`), html`
      <div class="type">${field({name: 'crowd-type', label: t('editor.crowd'), value: crowd?.type ?? 'none', options: none.map((one) => [one, t(`editor.crowd_${one}`)]), error: fault || undefined, on: (type) => this.put('crowd', type === 'none' ? undefined : freshCrowd(type))})}</div>
      ${crowd ? html`<p class="soft small">${t(`editor.crowdText_${crowd.type}`)}</p>${CROWDS[crowd.type] ? this.fields(CROWDS[crowd.type], crowd, '/crowd', (next) => this.put('crowd', next)) : nothing}` : nothing}
      ${crowd && ['vote', 'tug'].includes(crowd.type) ? html`<p class="small">${t('editor.choicesAre', {choices: choicesOf(trigger).join(', ') || '–'})}</p>` : nothing}`);
  }

  conditions({conditions, condition}) {
    const count = Object.keys(conditions ?? {}).length + (condition === undefined ? 0 : 1);
    const set = (next) => this.put('conditions', Object.keys(next).length ? next : undefined);
    const open = condition !== undefined || Boolean(faultAt(this.faults, '/condition'));
    return this.folded('conditions', count > 0 || open, count ? t('editor.conditionsSay', {count, n: number(count)}) : t('editor.conditionsNone'), html`
      ${this.fields(CONDITIONS, conditions ?? {}, '/conditions', set)}
      <sw-cel .name=${'/condition'} of="bool" label=${t('editor.condition')} .value=${condition} .fault=${faultAt(this.faults, '/condition')} @changed=${(event) => this.take(event, 'condition', event.detail === '' ? undefined : event.detail)}></sw-cel>`);
  }

  rest({cooldown, limits}) {
    const set = (next) => this.put('limits', next.length ? next : undefined);
    const all = limits ?? [];
    const fault = faultOf(this.faults, '/limits');
    return html`<section class="card" data-part="cooldown"><div class="card-head"><h2>${t('rules.rest')}</h2></div>
      ${this.fields(COOLDOWN, cooldown ?? {}, '/cooldown', (next) => this.put('cooldown', Object.keys(next).length ? next : undefined))}
      <h3>${t('editor.limits')}</h3>
      ${all.map((limit, at) => html`<div class="limit">${this.fields(LIMIT, limit, `/limits/${at}`, (next) => set(all.with(at, next)))}
        <button class="btn ghost icon" type="button" aria-label=${t('editor.limitRemove', {at: at + 1})} @click=${() => set(all.toSpliced(at, 1))}>${icon('trash')}</button></div>`)}
      ${fault ? html`<span class="error">${fault}</span>` : nothing}
      <div><button class="btn small" type="button" data-add="limit" ?disabled=${all.length >= MOST_LIMITS} @click=${() => set([...all, {uses: 3, within_ms: 3_600_000, per: all.some(({per}) => per === 'viewer') ? 'all' : 'viewer'}])}>${icon('plus')}${t('editor.limitAdd')}</button></div></section>`;
  }

  queue({queue}) {
    const mode = queue ? (queue.mode ?? 'queue') : 'drop';
    const fault = faultOf(this.faults, '/queue');
    return this.folded('queue', queue !== undefined, t(`editor.queue_${mode}`), html`<p class="soft small">${t('editor.queueText')}</p>
      <div>${segments({label: t('editor.part_queue'), value: mode, options: ['drop', 'queue', 'replace'].map((one) => [one, t(`editor.queue_${one}`)]), on: (next) => this.put('queue', next === 'drop' ? undefined : {...queue, mode: next})})}</div>
      ${fault ? html`<span class="error">${fault}</span>` : nothing}
      ${queue ? this.fields(QUEUE, queue, '/queue', (next) => this.put('queue', next)) : nothing}`);
  }

  actions({actions, trigger, crowd}) {
    const choices = ['vote', 'tug'].includes(crowd?.type) ? choicesOf(trigger) : [];
    return html`<section class="card" data-part="actions"><h2>${t('rules.does')}</h2>
      ${actions.length === 0 ? empty({sign: 'devices', title: t('rules.needDevice'), text: t('rules.needDeviceText'), action: html`<a class="btn" href="/devices">${t('rules.toDevices')}</a>`}) : nothing}
      <sw-actions .actions=${actions} at="/actions" .deep=${0} .choices=${choices} .faults=${this.faults} @changed=${(event) => this.take(event, 'actions')}></sw-actions></section>`;
  }
}

/** Every type with its word, and the rule's own one even if there is no form for it. */
const options = (forms, type, word) => [...(type in forms ? [] : [type]), ...Object.keys(forms)].map((one) => [one, word(one)]);

customElements.define('sw-rule-form', RuleForm);
