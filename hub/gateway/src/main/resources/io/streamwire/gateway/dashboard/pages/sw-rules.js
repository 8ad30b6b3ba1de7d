import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {ApiError, edit, get} from '../core/api.js';
import {deviceName, devices} from '../core/devices.js';
import {readRules, rules} from '../core/rules.js';
import {may} from '../core/session.js';
import {actionText, triggerText} from '../core/triggers.js';
import {t} from '../core/text.js';
import {number} from '../core/format.js';
import {empty, loading} from '../kit/empty.js';
import {toggle} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import {attempt} from '../kit/toasts.js';

/** Every rule: what sets it off, what it does, and how often it fired or was stopped today. */
class Rules extends Component {
  static properties = {params: {attribute: false}, workspace: {attribute: false}, counts: {state: true}};

  static styles = css`
    sw-rules {
      display: grid;
      gap: var(--s5);

      & .rule {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto auto;
        align-items: center;
        gap: var(--s3) var(--s4);
        padding: var(--s4) var(--s5);
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

      & .today {
        display: grid;
        justify-items: end;
        font-size: var(--t-sm);
        line-height: 1.35;
      }

      @media (max-width: 799px) {
        & .rule {
          grid-template-columns: auto minmax(0, 1fr);
          gap: var(--s2) var(--s4);
          padding: var(--s3) var(--s4);
        }

        & .today {
          grid-column: 2;
          display: flex;
          gap: var(--s3);
        }

        & .open {
          display: none;
        }
      }
    }
  `;

  constructor() {
    super();
    this.counts = new Map();
    new Watch(this, rules, devices, prefs);
  }

  connectedCallback() {
    super.connectedCallback();
    readRules();
    this.count();
  }

  async count() {
    try {
      const {by_rule} = await get('/rules/analytics?bucket=hour');
      this.counts = new Map((by_rule ?? []).map((one) => [one.rule_id, one]));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  render() {
    const all = rules.get();
    return html`<header class="page-head">
        <div><h1>${t('rules.title')}</h1><p>${t('rules.text')}</p></div>
        ${may('admin') ? html`<div class="row tight"><a class="btn" href="/rules/new">${icon('plus')}${t('rules.new')}</a><a class="btn primary" href="/rules/recipes">${icon('bolt')}${t('rules.recipes')}</a></div>` : nothing}
      </header>
      ${all === null ? loading(t('shell.loading')) : all.size === 0 ? this.none() : html`<ul class="card flush plain">${[...all.values()].map((rule) => this.rule(rule))}</ul>`}`;
  }

  none() {
    return html`<div class="card">${empty({
      sign: 'rules',
      title: t('rules.none'),
      text: t('rules.noneText'),
      action: may('admin') ? html`<a class="btn primary" href="/rules/recipes">${t('rules.chooseRecipe')}</a>` : undefined,
    })}</div>`;
  }

  rule(rule) {
    const {fired = 0, stopped = {}} = this.counts.get(rule.id) ?? {};
    const held = Object.values(stopped).reduce((sum, one) => sum + one, 0);
    return html`<li class="rule">
      ${toggle({label: t('rules.turn', {name: rule.name}), on: rule.enabled, disabled: !may('moderator'), change: (enabled) => this.turn(rule.id, enabled)})}
      <div class="stack tight"><a class="name cut" href="/rules/${rule.id}">${rule.name}</a>
        <span class="soft small">${triggerText(rule.trigger)} → <span class="mono">${actionText(rule.actions, deviceName)}</span></span></div>
      <div class="today"><span>${t('rules.fired', {count: number(fired)})}</span><span class="faint">${t('rules.held', {count: number(held)})}</span></div>
      <a class="btn ghost icon open" href="/rules/${rule.id}" aria-label=${t('rules.open', {name: rule.name})}>${icon('next')}</a>
    </li>`;
  }

  async turn(id, enabled) {
    await attempt(() => edit(`/rules/${id}`, () => ({enabled})));
    await readRules();
  }
}

customElements.define('sw-rules', Rules);
