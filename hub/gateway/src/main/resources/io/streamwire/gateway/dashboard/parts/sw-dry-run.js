import {Component, css, html, nothing} from '../core/element.js';
import {ApiError, get, post} from '../core/api.js';
import {eventText, viewerName} from '../core/events.js';
import {may} from '../core/session.js';
import {outcomeKind, outcomeText, whyText} from '../core/outcomes.js';
import {problemText} from '../core/problems.js';
import {t, hasText} from '../core/text.js';
import {number, time} from '../core/format.js';
import {chip} from '../kit/chip.js';
import {field, segments} from '../kit/field.js';
import {icon} from '../kit/icon.js';

const SOURCES = ['last', 'sample-show'];
const LAST = 100;
const SHOWN = 200;

/** What a rule would have done about the newest events or the sample show, event by event, and why not; nothing moves. */
class DryRun extends Component {
  static properties = {rule: {attribute: false}, changed: {attribute: false}, source: {state: true}, only: {state: true}, result: {state: true}, lines: {state: true}, whys: {state: true}, problem: {state: true}, busy: {state: true}};

  static styles = css`
    sw-dry-run {
      & .lines {
        display: grid;
        max-height: 420px;
        overflow-y: auto;
        border: 1px solid var(--line);
        border-radius: var(--r2);
      }

      & .lines li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 2px var(--s3);
        align-items: center;
        padding: var(--s2) var(--s3);

        & + li {
          border-top: 1px solid var(--line);
        }

        & .why {
          grid-column: 1 / -1;
        }
      }
    }
  `;

  constructor() {
    super();
    this.source = 'last';
    this.only = 'all';
    this.whys = new Map();
  }

  render() {
    return html`<section class="card" aria-label=${t('rules.tryTitle')}><h2>${t('rules.tryTitle')}</h2><p class="soft">${t('rules.tryText')}</p>
      ${field({name: 'try-source', label: t('rules.tryOn'), value: this.source, options: SOURCES.map((one) => [one, t(`rules.try_${one}`)]), on: (source) => (this.source = source)})}
      <div><button class="btn" type="button" data-test="dry-run" ?disabled=${this.busy || !may('moderator')} @click=${this.run}>${icon('rehearsal')}${this.busy ? t('rules.trying') : t('rules.try')}</button></div>
      <div role="status" class="stack tight">${this.problem ? html`<div class="note bad">${icon('warn')}<p>${problemText(this.problem)}</p></div>` : nothing}${this.result ? this.said(this.result) : nothing}</div>
      ${this.result?.events ? this.each() : nothing}
    </section>`;
  }

  async run() {
    this.busy = true;
    this.problem = undefined;
    this.result = undefined;
    this.whys = new Map();
    try {
      const last = this.source === 'last';
      const draft = {...this.rule, enabled: true, name: this.rule.name?.trim() || t('rules.new')};
      const [result, stored] = await Promise.all([
        post('/rules/dry-run', {...(last ? {last: LAST} : {recording_id: this.source}), rules: [draft]}, {timeout: 40_000}),
        last ? get(`/livestreams/events/stored?order=newest&limit=${LAST}`) : {items: []},
      ]);
      this.lines = lines(result.decisions, stored.items);
      this.result = result;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error;
    } finally {
      this.busy = false;
    }
  }

  said({events, outcomes}) {
    const fired = outcomes?.fired ?? 0;
    if (events === 0) return html`<p>${t('rules.noEvents')}</p>`;
    return html`<p><b>${t('rules.wouldFire', {count: fired, n: number(fired), events: number(events)})}</b></p>
      <div class="row tight">${Object.entries(outcomes ?? {}).filter(([outcome]) => outcome !== 'fired').map(([outcome, count]) => chip(outcomeKind(outcome), `${short(outcome)} × ${number(count)}`))}</div>`;
  }

  each() {
    const kinds = ['all', 'fired', 'stopped', ...(this.lines.some(({decision}) => !decision) ? ['unmatched'] : [])];
    const shown = this.lines.filter(({decision}) => this.only === 'all' || this.only === (decision ? (decision.outcome === 'fired' ? 'fired' : 'stopped') : 'unmatched'));
    return html`<div>${segments({label: t('editor.tryShow'), value: this.only, options: kinds.map((one) => [one, t(`editor.try_${one}`)]), on: (only) => (this.only = only)})}</div>
      ${shown.length ? html`<ul class="lines plain" tabindex="0" aria-label=${t('editor.tryEach')}>${shown.slice(0, SHOWN).map((line) => this.line(line))}</ul>` : html`<p class="soft small">${t('editor.tryNone')}</p>`}`;
  }

  line({id, at, event, decision}) {
    const why = this.whys.get(id);
    return html`<li><span class="small theirs"><span class="faint">${time(at)}</span> ${event ? html`<b><bdi>${event.user ? viewerName(event.user) : ''}</bdi></b> <bdi class="soft">${eventText(event).slice(0, 80)}</bdi>` : html`<span class="soft">${typeText(decision.event_type)}</span>`}</span>
      ${decision ? chip(outcomeKind(decision.outcome), outcomeText(decision)) : why ? chip('plain', whyText(why)) : this.rule.id && !this.changed ? html`<button class="btn ghost small" type="button" data-why=${id} @click=${() => this.ask(id)}>${t('editor.whyNot')}</button>` : chip('plain', t('editor.try_unmatched'))}
      ${why && !decision ? html`<div class="why small soft"><span class="mono">${facts(why.observed)}</span> ${facts(why.needed) ? html`· ${t('editor.needed')} <span class="mono">${facts(why.needed)}</span>` : nothing}</div>` : nothing}</li>`;
  }

  /** Why the stored rule did nothing about an event; of a draft nobody knows. */
  async ask(id) {
    try {
      const why = await get(`/rules/${this.rule.id}/why?event=${id}`);
      this.whys = new Map(this.whys).set(id, why);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.whys = new Map(this.whys).set(id, {reason: error.code, observed: {}, needed: {}});
    }
  }
}

/** Each event with what was decided about it, the newest first; an event may have several decisions, as of a vote, and a decision no event, as of a timer. */
function lines(decisions = [], events) {
  const byId = new Map(events.map((event) => [event.id, event]));
  const decided = new Set(decisions.map(({event_id: id}) => id));
  return [
    ...decisions.map((decision) => ({id: decision.event_id, at: decision.at, event: byId.get(decision.event_id), decision})),
    ...events.filter(({id}) => !decided.has(id)).map((event) => ({id: event.id, at: event.received_at ?? event.ts, event})),
  ].sort((one, other) => new Date(other.at) - new Date(one.at));
}

const typeText = (type) => {
  const key = `events.type_${type.split('.').pop()}`;
  return hasText(key) ? t(key) : type;
};

const facts = (object) =>
  Object.entries(object ?? {})
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(', ')
    .slice(0, 300);

const short = (outcome) => (hasText(`rules.out_${outcome}`) ? t(`rules.out_${outcome}`) : outcomeText({outcome}));

customElements.define('sw-dry-run', DryRun);
