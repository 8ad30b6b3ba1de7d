import {hasText, t} from './text.js';
import {length, number} from './format.js';

const WAITING = new Set(['queued', 'vote_begun', 'vote_counted', 'crowd_viewers', 'crowd_sum', 'crowd_tug', 'likes']);
const RESTING = /^(cooldown|limit)_/;

const count = (value) => (typeof value === 'number' ? number(value) : '?');

/** What a decision says, in words. */
export function outcomeText({outcome, remaining_ms, observed, needed}) {
  const key = `outcomes.${outcome}`;
  if (!hasText(key)) return outcome;
  return t(key, {wait: length(remaining_ms ?? 0), observed: count(observed), needed: count(needed)});
}

/** Which kind of chip shows it. */
export function outcomeKind(outcome) {
  if (outcome === 'fired') return 'good';
  if (WAITING.has(outcome)) return 'accent';
  return RESTING.test(outcome) ? 'warn' : 'plain';
}
