import {Component, css, html} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {ruleName, rules} from '../core/rules.js';
import {outcomeKind, outcomeText} from '../core/outcomes.js';
import {t} from '../core/text.js';
import {time} from '../core/format.js';
import {chip} from '../kit/chip.js';
import {empty} from '../kit/empty.js';
import {segments} from '../kit/field.js';

const SHOWN = 30;

/** What the rules decided, and why not where they did not fire. */
class DecisionsView extends Component {
  static properties = {decisions: {attribute: false}, only: {state: true}};

  static styles = css`
    sw-decisions {
      display: block;

      & ol {
        max-height: 340px;
        overflow-y: auto;
      }

      & li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 2px var(--s3);
        align-items: center;
        padding: var(--s2) var(--s5);
        border-top: 1px solid var(--line);
      }

      & li a {
        color: var(--text);
        font-weight: 600;
        text-decoration: none;
      }

      & li a:hover {
        text-decoration: underline;
      }
    }
  `;

  constructor() {
    super();
    this.only = 'all';
    new Watch(this, rules, prefs);
  }

  willUpdate(changed) {
    if (!changed.has('decisions')) return;
    this.end?.();
    this.end = this.decisions.list.listen(() => this.requestUpdate());
  }

  render() {
    const list = this.decisions.list.get().filter(({outcome}) => this.only === 'all' || (outcome === 'fired') === (this.only === 'fired'));
    return html`<section class="card flush" aria-label=${t('live.decisions')}>
      <div class="card-head"><h2>${t('live.decisions')}</h2>
        ${segments({label: t('live.decisions'), value: this.only, on: (only) => (this.only = only), options: [['all', t('live.all')], ['fired', t('live.fired')], ['stopped', t('live.stopped')]]})}
      </div>
      ${list.length === 0 ? this.nothing() : html`<ol class="plain">${list.slice(0, SHOWN).map((decision) => this.line(decision))}</ol>`}
    </section>`;
  }

  nothing() {
    const none = rules.get()?.size === 0;
    return empty({
      sign: 'rules',
      title: none ? t('live.noRules') : t('live.noDecisions'),
      text: none ? t('live.noRulesText') : t('live.noDecisionsText'),
      action: none ? html`<a class="btn primary" href="/rules">${t('live.makeRule')}</a>` : undefined,
    });
  }

  line(decision) {
    return html`<li>
      <a class="cut" href="/receipts/event/${decision.event_id}">${ruleName(decision.rule_id)}</a>
      <span class="faint small">${time(decision.at)}</span>
      <span>${chip(outcomeKind(decision.outcome), outcomeText(decision))}</span>
    </li>`;
  }
}

customElements.define('sw-decisions', DecisionsView);
