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

/** What an answer to "why" says: its `observed` and `needed` are objects; where they have one number it is that. */
export function whyText({reason, observed, needed, remaining_ms, decision}) {
  const one = (value) => Object.values(value ?? {}).find((inner) => typeof inner === 'number');
  return outcomeText({outcome: reason, remaining_ms, observed: decision?.observed ?? one(observed), needed: decision?.needed ?? one(needed)});
}
