import {Component, css, html, nothing} from '../core/element.js';
import {ApiError, call, get} from '../core/api.js';
import {differences} from '../core/diff.js';
import {readPeople} from '../core/people.js';
import {problemText} from '../core/problems.js';
import {Listing, Reading} from '../core/reading.js';
import {definition} from '../core/rule-faults.js';
import {may} from '../core/session.js';
import {t} from '../core/text.js';
import {dateTime} from '../core/format.js';
import {changes} from '../kit/changes.js';
import {chip} from '../kit/chip.js';
import {icon} from '../kit/icon.js';
import {moreOf, shown} from '../kit/reading.js';
import {attempt} from '../kit/toasts.js';

const KINDS = {deleted: 'bad', disabled: 'warn', rolled_back: 'accent', restored: 'accent', imported: 'accent', created: 'good'};

/** Every kept version of a rule: who made it and when, what is different between two of them, and the way back to one. Tells `restored` with `{rule, etag}`. */
class RuleHistory extends Component {
  static properties = {rule: {attribute: false}, from: {state: true}, to: {state: true}, said: {state: true}, problem: {state: true}};

  static styles = css`
    sw-rule-history {
      display: grid;
      gap: var(--s4);

      & .version {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        gap: var(--s2) var(--s4);
        align-items: center;
        padding: var(--s3) var(--s5);
        border-top: 1px solid var(--line);
      }

      & .picks {
        display: flex;
        gap: var(--s1);
      }

      & .pick {
        display: grid;
        place-items: center;
        min-width: 32px;
        min-height: 40px;
        font-size: var(--t-xs);
        font-weight: 700;
        color: var(--text-faint);
      }

      @media (max-width: 799px) {
        & .version {
          grid-template-columns: auto minmax(0, 1fr);
          padding: var(--s3) var(--s4);
        }

        & .version > .btn {
          grid-column: 2;
          justify-self: start;
        }
      }
    }
  `;

  constructor() {
    super();
    this.versions = new Listing(this, () => `/rules/${this.rule.id}/versions?limit=50`);
    this.people = new Reading(this, readPeople);
  }

  updated() {
    const items = this.versions.data?.items;
    if (items?.length && this.to === undefined) this.compare(items[1]?.version ?? items[0].version, items[0].version);
  }

  render() {
    return html`<section class="card flush" aria-label=${t('editor.view_history')}><div class="card-head"><div><h2>${t('editor.view_history')}</h2><p class="soft small">${t('editor.historyText')}</p></div></div>
        ${shown(this.versions, ({items}) => html`<ol class="plain">${items.map((version, at) => this.line(version, at === 0))}</ol>${moreOf(this.versions)}`)}</section>
      ${this.versions.data?.items.length > 1 ? this.difference() : nothing}`;
  }

  difference() {
    return html`<section class="card" data-part="diff"><h2>${t('editor.diffTitle', {from: this.from ?? '', to: this.to ?? ''})}</h2>
        <div role="status">${this.problem ? html`<p class="error">${problemText(this.problem)}</p>` : this.said ? changes(this.said) : nothing}</div></section>`;
  }

  line({version, change, changed_at: at, changed_by: by, name}, newest) {
    const pick = (side, checked, label) => html`<label class="pick"><span aria-hidden="true">${t(`editor.${side}Short`)}</span><input type="radio" name="version-${side}" value=${version} aria-label=${t(label, {version})} .checked=${checked} @change=${() => (side === 'from' ? this.compare(version, this.to) : this.compare(this.from, version))} /></label>`;
    const who = this.people.data?.get(by);
    return html`<li class="version" data-version=${version}><div class="picks">${pick('from', this.from === version, 'editor.pickFrom')}${pick('to', this.to === version, 'editor.pickTo')}</div>
      <div class="stack tight"><div class="row tight"><b>${t('editor.version', {version})}</b>${chip(KINDS[change] ?? 'plain', t(`editor.change_${change}`))}</div>
        <span class="soft small theirs">${dateTime(at)}${who ? html` · <bdi>${who}</bdi>` : by ? html` · <span class="mono">…${by.slice(-6)}</span>` : nothing}${name !== this.rule.name ? html` · “<bdi>${name}</bdi>”` : nothing}</span></div>
      ${newest || !may('admin') ? nothing : html`<button class="btn small" type="button" data-restore=${version} @click=${() => this.restore(version)}>${icon('back')}${t('editor.restore')}</button>`}</li>`;
  }

  async compare(from, to) {
    this.from = from;
    this.to = to;
    this.problem = undefined;
    try {
      const [before, after] = await Promise.all([from, to].map((version) => get(`/rules/${this.rule.id}/versions/${version}`)));
      if (this.from === from && this.to === to) this.said = differences(definition(before.rule), definition(after.rule));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error;
    }
  }

  async restore(version) {
    const done = await attempt(async () => {
      const {etag} = await call('GET', `/rules/${this.rule.id}/versions?limit=1`);
      return call('POST', `/rules/${this.rule.id}/rollback`, {body: {version}, etag});
    });
    if (!done) return;
    this.emit('restored', {rule: done.data, etag: done.etag});
    this.to = undefined;
    await this.versions.load();
  }
}

customElements.define('sw-rule-history', RuleHistory);
