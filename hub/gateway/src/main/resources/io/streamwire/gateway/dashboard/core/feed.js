import {Value} from './value.js';
import {ApiError, get} from './api.js';
import {hear} from './live.js';
import {may} from './session.js';

/**
 * The newest events as rows, newest first: `{key, eventId, type, at, user, payload, count, diamonds, open}`. Gifts of a streak and
 * likes in a row become one. Whatever the rate, the page hears of it ten times a second, and 500 rows are kept.
 */
const MOST = 500;
const FLUSH = 100;
const STREAK_LIFE = 30_000;
const LIKES_LIFE = 8_000;

export class Feed {
  rows = new Value([]);
  /** Events in the last second. */
  rate = new Value(0);

  #pending = [];
  #list = [];
  #open = new Map();
  #counted = 0;
  #flushing;
  #ends = [];
  #made = 0;

  start() {
    this.#ends = [hear('events', (event) => this.push(event), () => this.push({type: 'gap', gap: true}))];
    const counting = setInterval(() => {
      this.rate.set(this.#counted);
      this.#counted = 0;
    }, 1000);
    this.#ends.push(() => clearInterval(counting));
    this.#readPast();
  }

  stop() {
    this.#ends.forEach((end) => end());
    clearTimeout(this.#flushing);
    this.#flushing = undefined;
  }

  push(event) {
    this.#counted++;
    this.#pending.push(event);
    // What is more than the list holds would be thrown away unseen.
    if (this.#pending.length > MOST * 2) this.#pending.splice(0, MOST);
    this.#flushing ??= setTimeout(() => this.#flush(), FLUSH);
  }

  async #readPast() {
    if (!may('moderator')) return;
    try {
      const {items} = await get('/livestreams/events/stored?order=newest&limit=100');
      const known = new Set(this.#list.map(({eventId}) => eventId));
      const before = items.filter(({id}) => !known.has(id));
      const list = this.#list;
      this.#list = [];
      before.reverse().forEach((event) => this.#take(event));
      this.#list = [...list, ...this.#list].slice(0, MOST);
      this.rows.set(this.#list);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  #flush() {
    this.#flushing = undefined;
    const events = this.#pending;
    this.#pending = [];
    this.#list = [...this.#list];
    events.forEach((event) => this.#take(event));
    this.#list.length = Math.min(this.#list.length, MOST);
    for (const [key, row] of this.#open) {
      if (Date.now() - row.touched > STREAK_LIFE) this.#open.delete(key);
    }
    this.rows.set(this.#list);
  }

  #take(event) {
    const key = mergeKey(event);
    const open = key && this.#open.get(key);
    const life = event.type === 'tiktok.like' ? LIKES_LIFE : STREAK_LIFE;
    if (open && Date.now() - open.touched < life) {
      merge(open, event);
    } else {
      const row = made(event, ++this.#made);
      this.#list.unshift(row);
      if (key) this.#open.set(key, row);
    }
    if (key && ['ended', 'single'].includes(event.payload.streak)) this.#open.delete(key);
  }
}

function mergeKey({type, livestream_id, user, payload}) {
  if (type === 'tiktok.gift') return `${livestream_id} ${user.id} gift ${payload.gift_id}`;
  if (type === 'tiktok.like') return `${livestream_id} ${user.id} like`;
  return undefined;
}

function made(event, key) {
  const payload = event.payload ?? {};
  return {
    key,
    eventId: event.id,
    event,
    type: event.type,
    at: event.ts ?? new Date().toISOString(),
    touched: Date.now(),
    user: event.user,
    payload,
    simulated: event.simulated,
    historical: event.historical,
    count: payload.count ?? 1,
    diamonds: (payload.diamonds ?? 0) * (event.type === 'tiktok.gift' ? (payload.count ?? 1) : 1),
    version: 0,
  };
}

function merge(row, event) {
  row.eventId = event.id;
  row.event = event;
  row.touched = Date.now();
  row.version++;
  if (row.type === 'tiktok.gift') {
    row.count = Math.max(row.count, event.payload.count);
    row.diamonds = row.count * event.payload.diamonds;
    row.payload = event.payload;
  } else {
    row.count += event.payload.count;
  }
}
