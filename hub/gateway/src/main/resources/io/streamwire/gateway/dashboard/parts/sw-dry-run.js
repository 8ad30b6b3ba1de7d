import {Component, css, html, nothing} from '../core/element.js';
import {ApiError, post} from '../core/api.js';
import {may} from '../core/session.js';
import {outcomeKind, outcomeText} from '../core/outcomes.js';
import {problemText} from '../core/problems.js';
import {t, hasText} from '../core/text.js';
import {number, time} from '../core/format.js';
import {chip} from '../kit/chip.js';
import {field} from '../kit/field.js';
import {icon} from '../kit/icon.js';

const SOURCES = ['last', 'sample-show'];

/** What a rule would have done about the newest events or the sample show; nothing moves. */
class DryRun extends Component {
  static properties = {rule: {attribute: false}, source: {state: true}, result: {state: true}, problem: {state: true}, busy: {state: true}};

  static styles = css`
    sw-dry-run .lines {
      display: grid;
      gap: var(--s2);
      max-height: 260px;
      overflow-y: auto;
    }
  `;

  constructor() {
    super();
    this.source = 'last';
  }

  render() {
    return html`<section class="card" aria-label=${t('rules.tryTitle')}><h2>${t('rules.tryTitle')}</h2><p class="soft">${t('rules.tryText')}</p>
      ${field({name: 'try-source', label: t('rules.tryOn'), value: this.source, options: SOURCES.map((one) => [one, t(`rules.try_${one}`)]), on: (source) => (this.source = source)})}
      <div><button class="btn" type="button" data-test="dry-run" ?disabled=${this.busy || !may('moderator')} @click=${this.run}>${icon('rehearsal')}${this.busy ? t('rules.trying') : t('rules.try')}</button></div>
      <div role="status" class="stack tight">${this.problem ? html`<div class="note bad">${icon('warn')}<p>${problemText(this.problem)}</p></div>` : nothing}${this.result ? this.said(this.result) : nothing}</div>
    </section>`;
  }

  async run() {
    this.busy = true;
    this.problem = undefined;
    this.result = undefined;
    try {
      const events = this.source === 'last' ? {last: 100} : {recording_id: this.source};
      const draft = {...this.rule, enabled: true, name: this.rule.name.trim() || t('rules.new')};
      this.result = await post('/rules/dry-run', {...events, rules: [draft]}, {timeout: 40_000});
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error;
    } finally {
      this.busy = false;
    }
  }

  said({events, outcomes, decisions}) {
    const fired = outcomes?.fired ?? 0;
    if (events === 0) return html`<p>${t('rules.noEvents')}</p>`;
    return html`<p><b>${t('rules.wouldFire', {count: fired, n: number(fired), events: number(events)})}</b></p>
      <div class="row tight">${Object.entries(outcomes ?? {}).filter(([outcome]) => outcome !== 'fired').map(([outcome, count]) => chip(outcomeKind(outcome), `${short(outcome)} × ${number(count)}`))}</div>
      <ul class="lines plain">${(decisions ?? []).slice(0, 40).map(
        (decision) => html`<li class="row apart"><span class="small soft">${time(decision.at)} · ${t(`events.type_${decision.event_type.split('.').pop()}`)}</span>${chip(outcomeKind(decision.outcome), outcomeText(decision))}</li>`,
      )}</ul>`;
  }
}

const short = (outcome) => (hasText(`rules.out_${outcome}`) ? t(`rules.out_${outcome}`) : outcomeText({outcome}));

customElements.define('sw-dry-run', DryRun);
