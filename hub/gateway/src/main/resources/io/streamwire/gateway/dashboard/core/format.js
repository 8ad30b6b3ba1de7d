import {prefs} from './prefs.js';

/** Numbers and times as the viewer's language and zone have them. */
const made = new Map();

function format(kind, options) {
  const {language, zone: timeZone} = prefs.get();
  const all = kind === Intl.DateTimeFormat && timeZone ? {...options, timeZone} : options;
  const key = `${language} ${kind.name} ${JSON.stringify(all)}`;
  if (!made.has(key)) made.set(key, new kind(language, all));
  return made.get(key);
}

export const number = (value, digits = 0) =>
  format(Intl.NumberFormat, {maximumFractionDigits: digits}).format(value);

/** 12,345 as 12K. */
export const compact = (value) =>
  format(Intl.NumberFormat, {notation: 'compact', maximumFractionDigits: 1}).format(value);

export const time = (at) =>
  format(Intl.DateTimeFormat, {hour: '2-digit', minute: '2-digit', second: '2-digit'}).format(new Date(at));

export const clock = (at) =>
  format(Intl.DateTimeFormat, {hour: '2-digit', minute: '2-digit'}).format(new Date(at));

export const dateTime = (at) =>
  format(Intl.DateTimeFormat, {dateStyle: 'medium', timeStyle: 'medium'}).format(new Date(at));

export const day = (at) => format(Intl.DateTimeFormat, {month: 'short', day: 'numeric'}).format(new Date(at));

export const zone = () => prefs.get().zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

const STEPS = [
  [60, 'second', 1],
  [3600, 'minute', 60],
  [86400, 'hour', 3600],
  [Infinity, 'day', 86400],
];

/** "12 seconds ago". */
export function ago(at, now = Date.now()) {
  const seconds = Math.max(0, Math.round((now - new Date(at).getTime()) / 1000));
  const [, unit, size] = STEPS.find(([below]) => seconds < below);
  return format(Intl.RelativeTimeFormat, {numeric: 'auto', style: 'short'}).format(-Math.floor(seconds / size), unit);
}

/** "in 6 days", or "3 hours ago". */
export function until(at, now = Date.now()) {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000);
  if (seconds <= 0) return ago(at, now);
  const [, unit, size] = STEPS.find(([below]) => seconds < below);
  return format(Intl.RelativeTimeFormat, {numeric: 'always', style: 'short'}).format(Math.round(seconds / size), unit);
}

/** A length as 1:05 or 3:59:12. */
export function countdown(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (value) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** A length in the largest unit that says it plainly: 800 ms, 2.5 s, 10 min. */
export function length(ms) {
  const unit = (value, name, digits) =>
    format(Intl.NumberFormat, {style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: digits}).format(value);
  if (ms < 10) return unit(ms, 'millisecond', 1);
  if (ms < 1000) return unit(ms, 'millisecond', 0);
  if (ms < 60_000) return unit(ms / 1000, 'second', 1);
  if (ms < 3_600_000) return unit(ms / 60_000, 'minute', 1);
  return unit(ms / 3_600_000, 'hour', 1);
}
