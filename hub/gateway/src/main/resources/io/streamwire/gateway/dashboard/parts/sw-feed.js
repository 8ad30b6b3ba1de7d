import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {vars} from '../core/vars.js';
import {t} from '../core/text.js';
import {number, time} from '../core/format.js';
import {eventIcon, eventText, viewerName} from '../core/events.js';
import {avatar} from '../kit/avatar.js';
import {empty} from '../kit/empty.js';
import {segments} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import './sw-event-dialog.js';

const ROW = 56;
const AROUND = 6;

const KINDS = {
  all: () => true,
  gifts: ({type}) => type === 'tiktok.gift' || type === 'tiktok.subscribe' || type === 'tiktok.envelope',
  comments: ({type}) => type === 'tiktok.comment' || type === 'tiktok.question',
  other: ({type}) => !['tiktok.gift', 'tiktok.subscribe', 'tiktok.envelope', 'tiktok.comment', 'tiktok.question'].includes(type),
};

/** The events as they come; only the rows that are seen are in the page. Reading further down holds the list still. */
class FeedView extends Component {
  static properties = {
    feed: {attribute: false},
    decisions: {attribute: false},
    kind: {state: true},
    search: {state: true},
    held: {state: true},
    top: {state: true},
    chosen: {state: true},
  };

  static styles = css`
    sw-feed {
      display: block;

      & .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s2) var(--s3);
        padding: 0 var(--s4);
      }

      & .bar .input {
        flex: 1 1 140px;
        width: auto;
        min-height: var(--touch);
      }

      & .window {
        position: relative;
        height: clamp(320px, calc(100dvh - 430px), 720px);
        margin-top: var(--s3);
        border-top: 1px solid var(--line);
        overflow-y: auto;
        overscroll-behavior: contain;
        contain: strict;
      }

      & .event {
        display: grid;
        grid-template-columns: 36px minmax(0, 1fr) auto;
        align-items: center;
        gap: var(--s3);
        width: 100%;
        height: 56px;
        padding: 0 var(--s4);
        border: 0;
        border-bottom: 1px solid var(--line);
        background: none;
        color: inherit;
        font: inherit;
        text-align: start;
        cursor: pointer;

        &:hover {
          background: var(--raised);
        }

        &:focus-visible {
          outline-offset: -3px;
        }
      }

      & .event.gift {
        background: var(--accent-wash);
      }

      & .words {
        display: grid;
        min-width: 0;
        line-height: 1.3;
      }

      & .name {
        font-size: var(--t-sm);
        font-weight: 650;
      }

      & .said {
        color: var(--text-soft);
      }

      & .gift .said {
        color: var(--text);
        font-weight: 600;
      }

      & .theirs {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      & .side {
        display: grid;
        justify-items: end;
        gap: 2px;
        color: var(--text-faint);
        font-size: var(--t-xs);

        & .icon {
          width: 16px;
          height: 16px;
        }

        & .hit {
          color: var(--good);
        }
      }

      & .fresh {
        position: sticky;
        z-index: 2;
        top: var(--s2);
        display: grid;
        justify-items: center;
        height: 0;

        & .btn {
          box-shadow: var(--shadow);
        }
      }
    }
  `;

  constructor() {
    super();
    this.kind = 'all';
    this.search = '';
    this.top = 0;
  }

  willUpdate(changed) {
    if (changed.has('feed') || changed.has('decisions')) {
      this.watching?.forEach((end) => end());
      this.watching = [
        this.feed.rows.listen(() => this.requestUpdate()),
        this.feed.rate.listen(() => this.requestUpdate()),
        this.decisions.list.listen(() => this.requestUpdate()),
      ];
      this.held = undefined;
    }
  }

  render() {
    const rows = this.rows();
    return html`<section class="card flush" aria-label=${t('live.feed')}>
      <div class="card-head"><h2>${t('live.feed')}</h2>
        <span class="soft small">${t('live.perSecond', {count: number(this.feed.rate.get())})}</span></div>
      <div class="bar">
        ${segments({label: t('live.show'), value: this.kind, on: (kind) => this.show({kind}), options: Object.keys(KINDS).map((name) => [name, t(`live.kind_${name}`)])})}
        <input class="input" type="search" aria-label=${t('live.search')} placeholder=${t('live.search')} .value=${this.search} @input=${(event) => this.show({search: event.target.value})} />
      </div>
      ${rows.length === 0 ? html`<div class="window">${this.nothing()}</div>` : this.window(rows)}
    </section>
    <sw-event-dialog .row=${this.chosen} @closed=${() => (this.chosen = undefined)}></sw-event-dialog>`;
  }

  show(change) {
    Object.assign(this, change);
    this.held = undefined;
    const pane = this.querySelector('.window');
    if (pane) pane.scrollTop = 0;
  }

  /** What is shown: the list as it was when somebody began to read, or as it is. */
  rows() {
    const wanted = KINDS[this.kind];
    const search = this.search.trim().toLowerCase();
    const list = this.held ?? this.feed.rows.get();
    if (this.kind === 'all' && search === '') return list;
    return list.filter((row) => wanted(row) && (search === '' || searchable(row).includes(search)));
  }

  nothing() {
    const filtered = this.feed.rows.get().length > 0;
    return empty({
      sign: 'comment',
      title: filtered ? t('live.noneMatch') : t('live.noEvents'),
      text: filtered ? undefined : t('live.noEventsText'),
    });
  }

  window(rows) {
    const height = 720;
    const first = Math.max(0, Math.floor(this.top / ROW) - AROUND);
    const last = Math.min(rows.length, Math.ceil((this.top + height) / ROW) + AROUND);
    const fresh = this.held ? this.feed.rows.get().findIndex((row) => row === this.held[0]) : 0;
    const hits = this.hits();
    return html`<div class="window" tabindex="0" role="list" aria-label=${t('live.feed')} @scroll=${this.scrolled}>
      ${this.held
        ? html`<div class="fresh"><button class="btn small primary" type="button" @click=${() => this.show({})}>
            ${t('live.fresh', {count: fresh < 0 ? `${this.feed.rows.get().length}+` : number(fresh)})}</button></div>`
        : nothing}
      <div ${vars({height: `${first * ROW}px`})}></div>
      ${rows.slice(first, last).map((row) => this.row(row, hits))}
      <div ${vars({height: `${(rows.length - last) * ROW}px`})}></div>
    </div>`;
  }

  row(row, hits) {
    const gift = row.type === 'tiktok.gift';
    return html`<div role="listitem"><button class="event ${gift ? 'gift' : ''}" type="button" @click=${() => (this.chosen = row)}>
      ${row.user?.nickname || row.user?.handle ? avatar(row.user) : html`<span class="avatar" aria-hidden="true">${icon(eventIcon(row.type))}</span>`}
      <span class="words">
        <span class="name theirs"><bdi>${viewerName(row.user)}</bdi></span>
        <span class="said theirs"><bdi>${eventText(row)}</bdi></span>
      </span>
      <span class="side">
        <span class="row tight">${hits.has(row.eventId) ? html`<span class="hit">${icon('bolt')}<span class="sr-only">${t('live.hit')}</span></span>` : nothing}${icon(eventIcon(row.type))}</span>
        <span>${row.simulated ? t('live.simulated') : time(row.at)}</span>
      </span>
    </button></div>`;
  }

  /** The events that a rule has fired for. */
  hits() {
    return new Set(this.decisions.list.get().filter(({outcome}) => outcome === 'fired').map(({event_id}) => event_id));
  }

  scrolled(event) {
    this.top = event.target.scrollTop;
    const reading = this.top > ROW / 2;
    if (reading && !this.held) this.held = this.feed.rows.get();
    if (!reading && this.held) this.held = undefined;
  }
}

const searchable = (row) => `${row.user?.nickname ?? ''} ${row.user?.handle ?? ''} ${eventText(row)}`.slice(0, 2000).toLowerCase();

customElements.define('sw-feed', FeedView);
