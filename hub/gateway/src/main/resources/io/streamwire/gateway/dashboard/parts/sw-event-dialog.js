import {Component, css, html, nothing} from '../core/element.js';
import {ApiError, get} from '../core/api.js';
import {t} from '../core/text.js';
import {dateTime, number} from '../core/format.js';
import {eventText, viewerName} from '../core/events.js';
import {outcomeKind, outcomeText, whyText} from '../core/outcomes.js';
import {ruleName, rules} from '../core/rules.js';
import {avatar} from '../kit/avatar.js';
import {chip} from '../kit/chip.js';
import {field} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import '../kit/sw-dialog.js';

/** One event in full, and what each rule made of it. */
class EventDialog extends Component {
  static properties = {row: {attribute: false}, decided: {state: true}, asked: {state: true}, why: {state: true}};

  static styles = css`
    sw-event-dialog .whole {
      max-height: 30vh;
      overflow: auto;
      padding: var(--s3) var(--s4);
      border-radius: var(--r2);
      background: var(--sunken);
      white-space: pre-wrap;
    }
  `;

  willUpdate(changed) {
    if (!changed.has('row')) return;
    this.decided = undefined;
    this.why = undefined;
    this.asked = '';
    if (this.row) this.read(this.row.eventId);
  }

  async read(eventId) {
    try {
      const {items} = await get(`/rules/executions?event_id=${eventId}&limit=50`);
      if (this.row?.eventId === eventId) this.decided = items;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.decided = [];
    }
  }

  render() {
    return html`<sw-dialog .heading=${t('live.event')} ?open=${Boolean(this.row)} .content=${() => this.content()}></sw-dialog>`;
  }

  content() {
    const {row} = this;
    if (!row) return nothing;
    return html`<div class="row">${row.user ? avatar(row.user) : nothing}
        <div class="grow"><div class="cut theirs"><b><bdi>${viewerName(row.user)}</bdi></b></div>
          <div class="soft small cut theirs"><bdi>${row.user?.handle ? `@${row.user.handle}` : ''}</bdi></div></div>
        <span class="soft small">${dateTime(row.at)}</span></div>
      <div class="whole theirs"><bdi>${row.payload.text ?? eventText(row)}</bdi></div>
      ${row.event?.counters ? html`<p class="soft small">${t('live.counters', {viewers: number(row.event.counters.viewers), likes: number(row.event.counters.likes), diamonds: number(row.event.counters.diamonds)})}</p>` : nothing}
      <h3>${t('live.rulesSaid')}</h3>
      ${this.decisions()} ${this.question()}
      <div class="dialog-foot"><a class="btn" href="/receipts/event/${row.eventId}">${icon('receipts')}${t('live.receipts')}</a></div>`;
  }

  decisions() {
    if (!this.decided) return html`<p class="soft">${t('shell.loading')}</p>`;
    if (this.decided.length === 0) return html`<p class="soft">${t('live.noRuleMatched')}</p>`;
    return html`<ul class="stack tight">
      ${this.decided.map(
        (decision) =>
          html`<li class="row apart"><a href="/rules/${decision.rule_id}">${ruleName(decision.rule_id)}</a>${chip(outcomeKind(decision.outcome), outcomeText(decision))}</li>`,
      )}
    </ul>`;
  }

  /** Why a rule did not even look at it. */
  question() {
    const known = new Set(this.decided?.map(({rule_id}) => rule_id));
    const others = [...(rules.get()?.values() ?? [])].filter(({id}) => !known.has(id));
    if (!this.decided || others.length === 0) return nothing;
    return html`${field({name: 'why-not', label: t('live.whyNot'), value: this.asked, on: (id) => this.ask(id), options: [['', t('live.chooseRule')], ...others.map(({id, name}) => [id, name])]})}
      ${this.why ? html`<div role="status" class="row">${chip(outcomeKind(this.why.reason), whyText(this.why))}</div>` : nothing}`;
  }

  async ask(id) {
    this.asked = id;
    this.why = undefined;
    if (!id) return;
    try {
      this.why = await get(`/rules/${id}/why?event=${this.row.eventId}`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.why = {reason: error.code, observed: {}, needed: {}};
    }
  }
}

customElements.define('sw-event-dialog', EventDialog);
