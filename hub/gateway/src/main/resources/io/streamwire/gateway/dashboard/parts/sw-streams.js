import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {may} from '../core/session.js';
import {ApiError} from '../core/api.js';
import {connect, disconnect, playSample, streams, watchStreams} from '../core/streams.js';
import {problemText} from '../core/problems.js';
import {hasText, t} from '../core/text.js';
import {compact, number} from '../core/format.js';
import {chip} from '../kit/chip.js';
import {field} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import {attempt} from '../kit/toasts.js';

const KINDS = {live: 'good', connecting: 'warn', ended: 'plain'};

/** The streams that are followed, how they are, and how to follow one more. */
class Streams extends Component {
  static properties = {name: {state: true}, problem: {state: true}, busy: {state: true}, adding: {state: true}};

  static styles = css`
    sw-streams {
      display: grid;
      gap: var(--s3);

      & .stream {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s2) var(--s4);
        padding: var(--s3) var(--s5);
      }

      & .who {
        font-size: var(--t-lg);
        font-weight: 700;
      }

      & .numbers {
        display: flex;
        flex-wrap: wrap;
        gap: var(--s2) var(--s4);
        margin-inline-start: auto;
        color: var(--text-soft);
        font-size: var(--t-sm);

        & b {
          color: var(--text);
          font-size: var(--t-md);
        }
      }

      & form.card {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: var(--s3);

        & .field {
          flex: 1 1 220px;
        }
      }
    }
  `;

  constructor() {
    super();
    this.name = '';
    new Watch(this, streams, prefs);
  }

  connectedCallback() {
    super.connectedCallback();
    this.end = watchStreams();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.end();
  }

  render() {
    const list = streams.get();
    if (list === null) return html`<div class="skeleton" role="status"><span class="sr-only">${t('shell.loading')}</span></div>`;
    return html`${list.map((stream) => this.stream(stream))} ${this.form(list)}`;
  }

  stream({id, username, kind, status, since, counters, paused_at, last_error, last_frame_at, frames_per_second}) {
    const replay = kind === 'replay';
    const word = paused_at ? t('live.paused') : replay ? t('live.showRuns') : t(`live.status_${status}`);
    return html`<article class="card stream">
      <span class="who cut theirs"><bdi>${replay ? t('live.sampleShow') : `@${username}`}</bdi></span>
      ${chip(paused_at ? 'warn' : KINDS[status], word, {since: paused_at ?? since})}
      ${last_error && status !== 'live' ? html`<span class="small error">${this.trouble(last_error)}</span>` : nothing}
      <span class="numbers">
        ${counters?.viewers ? html`<span><b>${compact(counters.viewers)}</b> ${t('live.viewers')}</span>` : nothing}
        ${counters?.published !== undefined ? html`<span><b>${compact(counters.published)}</b> ${t('live.events')}</span>` : nothing}
        ${counters?.gaps ? html`<span><b>${number(counters.gaps)}</b> ${t('live.gaps')}</span>` : nothing}
        ${frames_per_second !== undefined && status === 'live' ? html`<span><b>${number(frames_per_second, 1)}</b> ${t('live.framesPerSecond')}</span>` : nothing}
        ${last_frame_at && !replay ? html`<span>${t('live.heard')} <sw-ago .at=${last_frame_at}></sw-ago></span>` : nothing}
      </span>
      ${may('moderator') ? html`<button class="btn small" type="button" @click=${() => attempt(() => disconnect(id))}>${replay ? t('live.endShow') : t('live.disconnect')}</button>` : nothing}
    </article>`;
  }

  trouble({code, detail}) {
    return hasText(`problems.${code}`) ? t(`problems.${code}`) : detail;
  }

  form(list) {
    if (!may('moderator')) return list.length === 0 ? html`<p class="soft">${t('live.nobodyConnected')}</p>` : nothing;
    if (list.length > 0 && !this.adding) {
      return html`<div class="row"><button class="btn small ghost" type="button" @click=${() => (this.adding = true)}>${icon('plus')}${t('live.another')}</button></div>`;
    }
    return html`<form class="card" @submit=${this.submit}>
      ${field({name: 'username', label: t('live.name'), value: this.name, on: (value) => (this.name = value), placeholder: '@maker', autocapitalize: 'none', spellcheck: 'false', maxlength: 200, error: this.problem && problemText(this.problem), hint: t('live.nameHint')})}
      <button class="btn primary" type="submit" ?disabled=${this.busy || this.name.trim() === ''}>${icon('live')}${this.busy ? t('live.connecting') : t('live.connect')}</button>
      <button class="btn" type="button" @click=${() => attempt(() => playSample())}>${icon('play')}${t('live.playSample')}</button>
    </form>`;
  }

  async submit(event) {
    event.preventDefault();
    this.busy = true;
    this.problem = undefined;
    try {
      await connect(this.name.trim());
      this.name = '';
      this.adding = false;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error;
    } finally {
      this.busy = false;
    }
  }
}

customElements.define('sw-streams', Streams);
