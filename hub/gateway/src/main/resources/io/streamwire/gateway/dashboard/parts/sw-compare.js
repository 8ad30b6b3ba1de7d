import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {ApiError, get} from '../core/api.js';
import {number} from '../core/format.js';
import {problemText} from '../core/problems.js';
import {differenceOf, eventsOf, rulesOfBundle} from '../core/recordings.js';
import {offset} from '../core/rehearsal.js';
import {may} from '../core/session.js';
import {t} from '../core/text.js';
import {chip} from '../kit/chip.js';
import {field, segments} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import {attempt} from '../kit/toasts.js';
import './sw-would.js';

const SIDES = ['a', 'b'];
const KINDS = ['only_in_b', 'only_in_a', 'changed'];

/** Two sets of rules on the same recording: what fires more, less and differently. */
class Compare extends Component {
  static properties = {recording: {attribute: false}, sets: {state: true}, result: {state: true}, problem: {state: true}, busy: {state: true}, only: {state: true}};

  static styles = css`
    sw-compare {
      display: grid;
      gap: var(--s5);

      & .sets {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr));
        gap: var(--s5);
      }

      & textarea {
        min-height: 220px;
        font-family: var(--mono);
        font-size: var(--t-sm);
      }

      & fieldset {
        display: grid;
        gap: var(--s3);
        align-content: start;
        min-width: 0;
        padding: 0;
        border: 0;
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, prefs);
    this.sets = {a: {kind: 'stored', text: ''}, b: {kind: 'edited', text: ''}};
  }

  connectedCallback() {
    super.connectedCallback();
    this.fill('b');
  }

  willUpdate(changed) {
    if (changed.has('recording') && this.result) this.result = undefined;
  }

  render() {
    return html`<section class="card" aria-label=${t('rehearsal.compare')}><p class="soft">${t('rehearsal.compareText')}</p>
        <div class="sets">${SIDES.map((side) => this.set(side))}</div>
        ${this.problem ? html`<div class="note bad" role="alert">${icon('warn')}<p>${this.problem}</p></div>` : nothing}
        <div><button class="btn primary" type="button" data-action="compare" ?disabled=${this.busy || !this.recording || !may('moderator')} @click=${this.run}>${icon('rehearsal')}${this.busy ? t('rehearsal.working') : t('rehearsal.compareNow')}</button></div></section>
      <div role="status">${this.result ? this.said(this.result) : nothing}</div>`;
  }

  set(side) {
    const {kind, text, name} = this.sets[side];
    const label = t(`rehearsal.set_${side}`);
    return html`<fieldset data-set=${side}><legend class="label">${label}</legend>
      <div>${segments({label, value: kind, options: ['stored', 'edited', 'file'].map((one) => [one, t(`rehearsal.kind_${one}`)]), on: (next) => this.choose(side, next)})}</div>
      ${kind === 'stored' ? html`<p class="soft small">${t('rehearsal.storedText')}</p>` : nothing}
      ${kind === 'file' ? html`<input class="input" type="file" accept=".json,application/json" aria-label=${t('rehearsal.fileOf', {set: label})} @change=${(event) => this.take(side, event.target)} />${name ? html`<p class="soft small">${name}</p>` : nothing}` : nothing}
      ${kind === 'edited' ? field({name: `set-${side}`, label: t('rehearsal.editedText'), rows: 10, value: text, spellcheck: 'false', on: (value) => this.put(side, {text: value})}) : nothing}</fieldset>`;
  }

  put(side, change) {
    this.sets = {...this.sets, [side]: {...this.sets[side], ...change}};
  }

  choose(side, kind) {
    this.put(side, {kind});
    if (kind === 'edited' && !this.sets[side].text) this.fill(side);
  }

  /** Begins with the rules as they are. */
  async fill(side) {
    if (!may('viewer')) return;
    const bundle = await attempt(() => get('/rules/export'));
    if (bundle && !this.sets[side].text) this.put(side, {text: JSON.stringify(bundle, null, 2)});
  }

  async take(side, input) {
    const [file] = input.files;
    if (file) this.put(side, {text: await file.text(), name: file.name});
  }

  async run() {
    this.busy = true;
    this.problem = undefined;
    this.result = undefined;
    try {
      const {id} = this.recording;
      const [a, b] = SIDES.map((side) => this.rules(side));
      const [found, events] = await Promise.all([differenceOf(id, a, b), eventsOf(id)]);
      this.result = {...found, events};
      this.only = KINDS.find((kind) => found.counts[kind] > 0) ?? KINDS[0];
    } catch (error) {
      if (error instanceof SyntaxError) this.problem = t('rehearsal.notABundle');
      else if (error instanceof ApiError) this.problem = problemText(error);
      else throw error;
    } finally {
      this.busy = false;
    }
  }

  rules(side) {
    const {kind, text} = this.sets[side];
    return kind === 'stored' ? {} : {rules: rulesOfBundle(text)};
  }

  said(result) {
    const {counts} = result;
    const same = counts.only_in_a + counts.only_in_b + counts.changed === 0;
    return html`<div class="stack"><div class="note ${same ? 'good' : ''}">${icon(same ? 'check' : 'info')}<p><b>${same ? t('rehearsal.noDifference', {count: number(counts.same)}) : t('rehearsal.differences', {same: number(counts.same), other: number(counts.only_in_a + counts.only_in_b + counts.changed)})}</b></p></div>
      ${this.table(result)}${same ? nothing : this.list(result)}</div>`;
  }

  table({a, b, changed}) {
    const rules = new Map();
    const put = (side) => ({rule_id: id, name, outcomes}) => rules.set(id, {...rules.get(id), name, [side]: outcomes.fired ?? 0});
    a.rules.forEach(put('a'));
    b.rules.forEach(put('b'));
    const otherwise = Map.groupBy(changed, ({rule_id: id}) => id);
    return html`<section class="card flush" aria-label=${t('rehearsal.byRule')}><div class="card-head"><h2>${t('rehearsal.byRule')}</h2></div>
      <div class="table-wrap" role="region" tabindex="0" aria-label=${t('rehearsal.byRule')}><table class="table"><thead><tr><th>${t('rehearsal.rule')}</th>${SIDES.map((side) => html`<th class="number">${t(`rehearsal.set_${side}`)}</th>`)}<th>${t('rehearsal.difference')}</th></tr></thead>
        <tbody>${[...rules].map(([id, {name, a: before, b: after}]) => html`<tr data-rule=${id}><td class="theirs"><bdi>${name}</bdi></td><td class="number">${before === undefined ? '–' : number(before)}</td><td class="number">${after === undefined ? '–' : number(after)}</td><td>${verdict(before, after, otherwise.get(id)?.length ?? 0)}</td></tr>`)}</tbody></table></div></section>`;
  }

  list({counts, events, a, b, ...found}) {
    const kinds = KINDS.filter((kind) => counts[kind] > 0);
    const names = new Map([...a.rules, ...b.rules].map(({rule_id: id, name}) => [id, name]));
    return html`<section class="card flush" aria-label=${t('rehearsal.list')}><div class="card-head"><h2>${t('rehearsal.list')}</h2>
        ${segments({label: t('rehearsal.list'), value: this.only, options: kinds.map((kind) => [kind, t(`rehearsal.${kind}`, {count: number(counts[kind])})]), on: (only) => (this.only = only)})}</div>
      <sw-would .rows=${(found[this.only] ?? []).map((one) => rowOf(one, this.only, {events, names, plan: a.from ? a : b}))}></sw-would></section>`;
  }
}

function rowOf(one, kind, {events, names, plan}) {
  const {a, b} = kind === 'changed' ? one : {a: kind === 'only_in_a' ? one : null, b: kind === 'only_in_b' ? one : null};
  const any = a ?? b;
  return {at: offset(plan, any.at), event: events.get(any.event_id), event_type: any.event_type, rule: names.get(any.rule_id) ?? '', decision: a, other: b ?? null};
}

function verdict(before, after, changed) {
  if (before === undefined) return chip('accent', t('rehearsal.isNew'));
  if (after === undefined) return chip('plain', t('rehearsal.isGone'));
  if (after > before) return chip('good', t('rehearsal.more', {count: number(after - before)}));
  if (after < before) return chip('warn', t('rehearsal.less', {count: number(before - after)}));
  return changed > 0 ? chip('accent', t('rehearsal.otherwise', {count: number(changed)})) : chip('plain', t('rehearsal.same'));
}

customElements.define('sw-compare', Compare);
