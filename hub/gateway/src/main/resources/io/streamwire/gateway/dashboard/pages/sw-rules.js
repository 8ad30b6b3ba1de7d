import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {edit, get, post} from '../core/api.js';
import {download} from '../core/csv.js';
import {deviceName, devices} from '../core/devices.js';
import {Fired} from '../core/fired.js';
import {readRules, rules} from '../core/rules.js';
import {may} from '../core/session.js';
import {actionText, triggerText} from '../core/triggers.js';
import {t} from '../core/text.js';
import {number} from '../core/format.js';
import {empty, loading} from '../kit/empty.js';
import {field, segments, toggle} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import {attempt, toast} from '../kit/toasts.js';
import '../kit/sw-ring.js';
import '../parts/sw-deleted-rules.js';
import '../parts/sw-import.js';

/** Every rule: what sets it off, what it does, how often it fired or was stopped today, and how long it rests; and all of them as a file. */
class Rules extends Component {
  static properties = {params: {attribute: false}, workspace: {attribute: false}, sought: {state: true}, only: {state: true}, dialog: {state: true}};

  static styles = css`
    sw-rules {
      display: grid;
      gap: var(--s5);

      & .find {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: var(--s3);
        align-items: end;
      }

      & .rule {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto minmax(72px, auto) auto;
        align-items: center;
        gap: var(--s3) var(--s4);
        min-height: 76px;
        padding: var(--s3) var(--s5);
        border-bottom: 1px solid var(--line);

        &:last-child {
          border-bottom: 0;
        }
      }

      & .name {
        color: var(--text);
        font-weight: 700;
        text-decoration: none;
      }

      & .name:hover {
        text-decoration: underline;
      }

      & .tag {
        padding: 0 6px;
        border: 1px solid var(--line);
        border-radius: var(--r1);
      }

      & .today {
        display: grid;
        justify-items: end;
        font-size: var(--t-sm);
        line-height: 1.35;
      }

      & .rest {
        display: flex;
        align-items: center;
        gap: var(--s1);
        min-width: 84px;
        justify-content: flex-end;
      }

      @media (max-width: 799px) {
        & .find {
          grid-template-columns: minmax(0, 1fr);
        }

        & .rule {
          grid-template-columns: auto minmax(0, 1fr) auto;
          gap: var(--s2) var(--s3);
          padding: var(--s3) var(--s4);
        }

        & .today {
          grid-column: 2;
          grid-row: 2;
          display: flex;
          flex-wrap: wrap;
          justify-content: flex-start;
          gap: 0 var(--s3);
        }

        & .rest {
          grid-column: 3;
          grid-row: 1 / 3;
          flex-direction: column-reverse;
          min-width: 40px;
        }

        & .open {
          display: none;
        }
      }
    }
  `;

  constructor() {
    super();
    this.sought = '';
    this.only = 'all';
    this.fired = new Fired();
    new Watch(this, rules, devices, prefs, this.fired.counts, this.fired.rests);
  }

  connectedCallback() {
    super.connectedCallback();
    readRules().then(() => this.isConnected && this.fired.start());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.fired.stop();
  }

  render() {
    const all = rules.get();
    return html`<header class="page-head">
        <div><h1>${t('rules.title')}</h1><p>${t('rules.text')}</p></div>
        ${may('admin') ? html`<div class="row tight"><a class="btn" href="/rules/new">${icon('plus')}${t('rules.new')}</a><a class="btn primary" href="/rules/recipes">${icon('bolt')}${t('rules.recipes')}</a></div>` : nothing}
      </header>
      ${all === null ? loading(t('shell.loading')) : all.size === 0 ? this.none() : this.list([...all.values()])}
      ${this.tools(all)}
      <sw-import ?open=${this.dialog === 'import'} @closed=${() => (this.dialog = undefined)} @imported=${() => readRules()}></sw-import>
      <sw-deleted-rules ?open=${this.dialog === 'deleted'} @closed=${() => (this.dialog = undefined)} @restored=${() => readRules()}></sw-deleted-rules>`;
  }

  none() {
    return html`<div class="card">${empty({
      sign: 'rules',
      title: t('rules.none'),
      text: t('rules.noneText'),
      action: may('admin') ? html`<a class="btn primary" href="/rules/recipes">${t('rules.chooseRecipe')}</a>` : undefined,
    })}</div>`;
  }

  list(all) {
    const shown = all.filter((rule) => this.fits(rule));
    return html`<section class="stack"><div class="find">
        ${field({name: 'rules-search', label: t('rules.search'), type: 'search', placeholder: t('rules.searchHint'), value: this.sought, on: (sought) => (this.sought = sought)})}
        ${segments({label: t('rules.which'), value: this.only, options: ['all', 'on', 'off'].map((one) => [one, t(`rules.which_${one}`)]), on: (only) => (this.only = only)})}</div>
      ${shown.length ? html`<ul class="card flush plain">${shown.map((rule) => this.rule(rule))}</ul>` : html`<p class="card soft" role="status">${t('rules.noneFound')}</p>`}</section>`;
  }

  fits(rule) {
    if (this.only !== 'all' && rule.enabled !== (this.only === 'on')) return false;
    const text = [rule.name, rule.folder ?? '', ...(rule.tags ?? []), triggerText(rule.trigger), actionText(rule.actions, deviceName)].join(' ').toLowerCase();
    return this.sought.toLowerCase().split(/\s+/).every((word) => text.includes(word));
  }

  rule(rule) {
    const {fired = 0, stopped = 0} = this.fired.counts.get().get(rule.id) ?? {};
    const labels = [rule.folder, ...(rule.tags ?? []).map((tag) => `#${tag}`)].filter(Boolean);
    return html`<li class="rule" data-rule=${rule.id}>
      ${toggle({label: t('rules.turn', {name: rule.name}), on: rule.enabled, disabled: !may('moderator'), change: (enabled) => this.turn(rule.id, enabled)})}
      <div class="stack tight"><a class="name cut" href="/rules/${rule.id}">${rule.name}</a>
        <span class="soft small">${triggerText(rule.trigger)} → <span class="mono">${actionText(rule.actions, deviceName)}</span>${labels.map((label) => html` <span class="tag faint">${label}</span>`)}</span></div>
      <div class="rest">${this.rest(rule)}</div>
      <div class="today"><span>${t('rules.fired', {count: number(fired)})}</span><span class="faint">${t('rules.held', {count: number(stopped)})}</span></div>
      <a class="btn ghost icon open" href="/rules/${rule.id}" aria-label=${t('rules.open', {name: rule.name})}>${icon('next')}</a>
    </li>`;
  }

  rest({id, name}) {
    const rest = this.fired.rests.get().get(id);
    if (!rest || rest.until <= Date.now()) return nothing;
    return html`${may('moderator') ? html`<button class="btn ghost small" type="button" aria-label=${t('rules.resetOf', {name})} @click=${() => this.reset(id)}>${t('rules.reset')}</button>` : nothing}
      <sw-ring .until=${rest.until} .length=${rest.length} label=${name} @over=${() => this.requestUpdate()}></sw-ring>`;
  }

  tools(all) {
    if (all === null) return nothing;
    return html`<div class="row tight" role="group" aria-label=${t('rules.more')}>
      ${all.size ? html`<button class="btn small" type="button" data-action="export" @click=${() => this.export()}>${icon('out')}${t('rules.export')}</button>` : nothing}
      ${may('admin') ? html`<button class="btn small" type="button" data-action="open-import" @click=${() => (this.dialog = 'import')}>${icon('plus')}${t('rules.importOpen')}</button>
        <button class="btn small" type="button" data-action="deleted" @click=${() => (this.dialog = 'deleted')}>${icon('trash')}${t('rules.deleted')}</button>` : nothing}
      ${all.size && may('moderator') ? html`<button class="btn small" type="button" data-action="reset" @click=${() => this.reset()}>${icon('back')}${t('rules.resetAll')}</button>` : nothing}</div>`;
  }

  async turn(id, enabled) {
    await attempt(() => edit(`/rules/${id}`, () => ({enabled})));
    await readRules();
  }

  async reset(id) {
    const done = await attempt(async () => {
      await post(id ? `/rules/${id}/reset` : '/rules/reset');
      return true;
    });
    if (!done) return;
    this.fired.reset(id);
    toast(t('rules.wasReset'));
  }

  async export() {
    const bundle = await attempt(() => get('/rules/export'));
    if (bundle) download(`rules-${new Date().toISOString().slice(0, 10)}.json`, JSON.stringify(bundle, null, 2), 'application/json');
  }
}

customElements.define('sw-rules', Rules);
