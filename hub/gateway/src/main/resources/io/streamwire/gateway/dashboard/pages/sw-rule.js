import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {ApiError, call, newKey} from '../core/api.js';
import {deviceName, devices, readDevices} from '../core/devices.js';
import {able, actionFor} from '../core/fresh-actions.js';
import {faultsOf, placeText} from '../core/rule-faults.js';
import {readRules} from '../core/rules.js';
import {may} from '../core/session.js';
import {go} from '../core/router.js';
import {actionText, triggerText} from '../core/triggers.js';
import {problemText} from '../core/problems.js';
import {t} from '../core/text.js';
import {empty, loading} from '../kit/empty.js';
import {segments} from '../kit/field.js';
import {confirmDialog} from '../kit/confirm.js';
import {icon} from '../kit/icon.js';
import {attempt, toast} from '../kit/toasts.js';
import '../parts/sw-dry-run.js';
import '../parts/sw-rule-form.js';
import '../parts/sw-rule-history.js';
import '../parts/sw-rule-json.js';
import '../parts/sw-rule-tests.js';

const EMPTY = {name: '', enabled: true, trigger: {type: 'comment', contains: 'spin'}, cooldown: {global_ms: 2000, per_viewer_ms: 10_000}, actions: []};
const VIEWS = ['form', 'json', 'history'];
const CHECK_AFTER = 500;

/** One rule: its form, the same as JSON, and its history; what the last events would have made of it, and the tests of what it does. */
class RulePage extends Component {
  static properties = {params: {attribute: false}, workspace: {attribute: false}, draft: {state: true}, faults: {state: true}, problem: {state: true}, missing: {state: true}, busy: {state: true}, changed: {state: true}, asked: {state: true}, view: {state: true}};

  static styles = css`
    sw-rule {
      display: grid;
      gap: var(--s5);

      & .columns {
        display: grid;
        grid-template-columns: minmax(0, 1.25fr) minmax(0, 1fr);
        gap: var(--s4);
        align-items: start;
      }

      & form :is(input, select, textarea, button, summary) {
        scroll-margin-block: calc(var(--top) + var(--s4)) calc(var(--bottom) + var(--s7) + var(--s5));
      }

      & .aside {
        position: sticky;
        top: calc(var(--top) + var(--s4));
        max-height: calc(100dvh - var(--top) - var(--s5));
        overflow-y: auto;
      }

      & .save {
        position: sticky;
        z-index: 2;
        bottom: 0;
        padding: var(--s3) 0;
        background: var(--bg);
      }

      @media (max-width: 999px) {
        & .columns {
          grid-template-columns: minmax(0, 1fr);
        }

        & .aside {
          position: static;
          max-height: none;
        }
      }

      @media (max-width: 799px) {
        & .save {
          bottom: calc(var(--bottom) + env(safe-area-inset-bottom));
        }
      }
    }
  `;

  constructor() {
    super();
    this.view = 'form';
    new Watch(this, devices, prefs);
  }

  connectedCallback() {
    super.connectedCallback();
    readDevices();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.checking);
  }

  willUpdate(changed) {
    if (changed.has('params')) {
      if (this.draft === undefined || this.params.id !== this.shown) this.open(this.params.id);
      this.view = VIEWS.includes(this.params.view) ? this.params.view : 'form';
    }
    if (this.draft?.actions?.length === 0 && !this.draft.id && !this.changed && able()[0]) this.draft = {...this.draft, actions: [actionFor(able()[0])]};
  }

  open(id) {
    this.shown = id;
    this.problem = undefined;
    this.missing = undefined;
    this.take(id === undefined ? structuredClone(EMPTY) : undefined);
    if (id) this.read();
  }

  /** The rule as the hub has it. */
  take(rule, etag) {
    clearTimeout(this.checking);
    this.draft = rule;
    this.etag = etag;
    this.faults = [];
    this.changed = false;
  }

  async read() {
    const id = this.shown;
    try {
      const {data, etag} = await call('GET', `/rules/${id}`);
      if (id === this.shown) this.take(data, etag);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.missing = error;
    }
  }

  render() {
    if (this.missing) return html`<div class="card">${empty({sign: 'rules', title: problemText(this.missing), action: html`<a class="btn" href="/rules">${t('rules.title')}</a>`})}</div>`;
    if (!this.draft || devices.get() === null) return loading(t('shell.loading'));
    const {draft} = this;
    const views = VIEWS.filter((one) => draft.id || one !== 'history').map((one) => [one, t(`editor.view_${one}`)]);
    return html`<header class="page-head"><div><a class="small" href="/rules">${t('rules.title')}</a><h1 class="theirs">${draft.name || t('rules.new')}</h1>
          <p>${triggerText(draft.trigger)} → <span class="mono">${actionText(draft.actions, deviceName)}</span></p></div>
        ${draft.id && may('admin') ? html`<button class="btn icon" type="button" aria-label=${t('rules.delete')} @click=${() => this.askDelete()}>${icon('trash')}</button>` : nothing}</header>
      <div>${segments({label: t('editor.views'), value: this.view, options: views, on: (view) => this.show(view)})}</div>
      ${this.problem ? this.refused(this.problem) : nothing}
      <div class="columns">${this.main(draft)}
        <div class="stack aside"><sw-dry-run .rule=${draft} .changed=${this.changed}></sw-dry-run><sw-rule-tests .rule=${draft} .changed=${this.changed}></sw-rule-tests></div></div>
      ${confirmDialog(this.asked, () => (this.asked = undefined))}`;
  }

  /** Each view of a rule that there is has an address; what was changed stays. */
  show(view) {
    const {id} = this.draft;
    if (id) go(view === 'form' ? `/rules/${id}` : `/rules/${id}/${view}`);
    else this.view = view;
  }

  main(draft) {
    if (this.view === 'history') return html`<sw-rule-history .rule=${draft} @restored=${({detail}) => this.restored(detail)}></sw-rule-history>`;
    return html`<form class="stack" novalidate @submit=${(event) => this.save(event)}>
      ${this.view === 'json'
        ? html`<sw-rule-json .rule=${draft} .faults=${this.faults} @changed=${(event) => this.set(event)}></sw-rule-json>`
        : html`<sw-rule-form .rule=${draft} .faults=${this.faults} @changed=${(event) => this.set(event)}></sw-rule-form>`}
      ${may('admin') ? html`<div class="row save"><button class="btn primary" type="submit" ?disabled=${this.busy || draft.name?.trim() === '' || (draft.id && !this.changed)}>${icon('check')}${t('shell.save')}</button>
        <span class="small" role="status">${this.state()}</span></div>` : nothing}</form>`;
  }

  /** What keeps it from being saved, or what is not saved. */
  state() {
    if (this.draft.name?.trim() === '') return html`<span class="soft">${t('rules.nameFirst')}</span>`;
    if (this.faults.length) return html`<span class="error">${t('editor.faults', {count: this.faults.length})}</span>`;
    if (this.changed) return html`<span class="soft">${t('rules.unsaved')}</span>`;
    return this.draft.id ? html`<span class="soft">${t('rules.nothingToSave')}</span>` : nothing;
  }

  /** Everything that the hub has against it, each with its place. */
  refused(problem) {
    return html`<div class="note bad" role="alert">${icon('warn')}<div class="stack tight"><p>${problemText({...problem, code: problem.code, message: problem.message, errors: []})}</p>
      ${problem.errors.length ? html`<ul class="plain small">${problem.errors.slice(0, 10).map(({pointer, detail}) => html`<li><b>${placeText(pointer)}</b> ${detail}</li>`)}</ul>` : nothing}</div></div>`;
  }

  set(event) {
    event.stopPropagation();
    this.draft = event.detail;
    this.changed = true;
    if (!may('admin')) return;
    clearTimeout(this.checking);
    this.checking = setTimeout(() => this.check(), CHECK_AFTER);
  }

  /** What would be refused is told at its place before anybody saves. */
  async check() {
    const {draft} = this;
    try {
      const faults = await faultsOf(draft);
      if (this.draft === draft) this.faults = faults;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  async save(event) {
    event.preventDefault();
    this.busy = true;
    this.problem = undefined;
    const {id} = this.draft;
    try {
      const {data, etag} = await call(id ? 'PUT' : 'POST', id ? `/rules/${id}` : '/rules', {body: this.draft, ...(id ? {etag: this.etag} : {key: newKey()})});
      this.take(data, etag);
      toast(t('rules.saved', {name: data.name}));
      readRules();
      if (!id) {
        this.shown = data.id;
        go(this.view === 'form' ? `/rules/${data.id}` : `/rules/${data.id}/${this.view}`, {replace: true});
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error;
      this.faults = error.errors.map(({pointer, detail}) => ({pointer, detail}));
    } finally {
      this.busy = false;
    }
  }

  restored({rule, etag}) {
    this.take(rule, etag);
    toast(t('editor.restored', {name: rule.name}));
    readRules();
  }

  askDelete() {
    this.asked = {title: t('rules.deleteTitle', {name: this.draft.name}), text: t('rules.deleteText'), label: t('shell.remove'), act: () => this.delete()};
  }

  async delete() {
    const gone = await attempt(() => call('DELETE', `/rules/${this.draft.id}`, {etag: this.etag}));
    if (!gone) return;
    await readRules();
    go('/rules', {replace: true});
  }
}

customElements.define('sw-rule', RulePage);
