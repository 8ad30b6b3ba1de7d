import {ApiError, get} from './api.js';
import {hear} from './live.js';
import {timeOf} from './decisions.js';
import {rules} from './rules.js';
import {Value} from './value.js';

const FLUSH = 250;
const RESTS = new Set(['cooldown_global', 'cooldown_group', 'limit_all']);

/**
 * How often each rule fired and was stopped since midnight, and until when it rests: `counts` is `{fired, stopped}` and `rests` is
 * `{until, length}` by rule, both ms.
 */
export class Fired {
  counts = new Value(new Map());
  rests = new Value(new Map());
  #pending = [];
  #flushing;
  #turning;
  #ends = [];

  start() {
    this.#ends = [hear('decisions', (decision) => this.#push(decision), () => this.#read())];
    this.#read();
  }

  stop() {
    this.#ends.forEach((end) => end());
    clearTimeout(this.#flushing);
    this.#flushing = undefined;
    clearTimeout(this.#turning);
  }

  /** Nothing rests any more, of all rules or of one. */
  reset(id) {
    this.rests.set(id ? new Map([...this.rests.get()].filter(([rule]) => rule !== id)) : new Map());
  }

  async #read() {
    const midnight = new Date();
    midnight.setHours(0, 0, 0, 0);
    clearTimeout(this.#turning);
    this.#turning = setTimeout(() => this.#read(), new Date(midnight).setDate(midnight.getDate() + 1) - Date.now());
    try {
      const [{by_rule: byRule}, {items}] = await Promise.all([
        get(`/rules/analytics?bucket=hour&from=${encodeURIComponent(midnight.toISOString())}`),
        get('/rules/executions?limit=100'),
      ]);
      const sum = (stopped) => Object.values(stopped ?? {}).reduce((all, one) => all + one, 0);
      this.counts.set(new Map((byRule ?? []).map(({rule_id: id, fired = 0, stopped}) => [id, {fired, stopped: sum(stopped)}])));
      this.rests.set(rested(this.rests.get(), items.reverse()));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  #push(decision) {
    this.#pending.push(decision);
    this.#flushing ??= setTimeout(() => this.#flush(), FLUSH);
  }

  #flush() {
    this.#flushing = undefined;
    const decisions = this.#pending;
    this.#pending = [];
    const counts = new Map(this.counts.get());
    for (const {rule_id: id, outcome} of decisions) {
      const {fired = 0, stopped = 0} = counts.get(id) ?? {};
      counts.set(id, outcome === 'fired' ? {fired: fired + 1, stopped} : {fired, stopped: stopped + 1});
    }
    this.counts.set(counts);
    this.rests.set(rested(this.rests.get(), decisions));
  }
}

/** Who rests until when, after these decisions. */
function rested(before, decisions, now = Date.now()) {
  const rests = new Map([...before].filter(([, {until}]) => until > now));
  const rest = (id, until, length) => {
    if (until > now && until > (rests.get(id)?.until ?? 0)) rests.set(id, {until, length});
  };
  const known = rules.get() ?? new Map();
  for (const {rule_id: id, outcome, at, remaining_ms: remaining} of decisions) {
    const when = Math.min(now, new Date(timeOf(at)).getTime());
    const {global_ms: own = 0, group, group_ms: shared = 0} = known.get(id)?.cooldown ?? {};
    if (outcome === 'fired') {
      rest(id, when + own, own);
      if (shared) [...known.values()].filter(({cooldown}) => cooldown?.group === group).forEach((rule) => rest(rule.id, when + shared, shared));
    } else if (RESTS.has(outcome) && remaining) {
      rest(id, when + remaining, Math.max(remaining, outcome === 'cooldown_global' ? own : remaining));
    }
  }
  return rests;
}
