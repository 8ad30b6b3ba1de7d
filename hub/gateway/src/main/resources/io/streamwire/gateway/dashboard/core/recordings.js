import {all, call, get, newKey, post, remove} from './api.js';

/** Recorded shows: what a rehearsal plays. */

const LONG = 60_000;

export const readRecordings = () => all('/livestreams/recordings', 200);

export const upload = async (file) =>
  (await call('POST', '/livestreams/recordings', {raw: new Blob([file], {type: 'application/octet-stream'}), key: newKey(), timeout: LONG})).data;

export const deleteRecording = (id) => remove(`/livestreams/recordings/${id}`);

/** The events of a recording by id, in their order. */
export async function eventsOf(recordingId, signal) {
  const lines = await get(`/livestreams/recordings/${recordingId}/events`, {accept: 'application/x-ndjson', timeout: LONG, signal});
  const events = lines.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  return new Map(events.map((event) => [event.id, event]));
}

/** What the stored rules would do about all of a recording. */
export const planOf = (recordingId, signal) => post('/rules/replay', {recording_id: recordingId}, {timeout: LONG, signal});

/** What two sets of rules would do about a recording; a set is `{rules}`, or empty for those that are stored. */
export const differenceOf = (recordingId, a, b) => post('/rules/diff', {recording_id: recordingId, a, b}, {timeout: LONG});

/** The rules of an export, its names of devices filled in; throws what is no export. */
export function rulesOfBundle(text) {
  const bundle = JSON.parse(text);
  const rules = Array.isArray(bundle) ? bundle : bundle?.rules;
  if (!Array.isArray(rules)) throw new SyntaxError('no rules in it');
  return rules.map((rule) => named(rule, bundle.devices ?? {}));
}

const DEVICES = new Set(['device_id', 'device_online']);

function named(value, devices) {
  if (Array.isArray(value)) return value.map((one) => named(one, devices));
  // What another program is told is not about our devices.
  if (value === null || typeof value !== 'object' || value.type === 'webhook') return value;
  const name = (one) => (typeof one === 'string' && Object.hasOwn(devices, one) ? devices[one] : one);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, DEVICES.has(key) ? (Array.isArray(inner) ? inner.map(name) : name(inner)) : named(inner, devices)]),
  );
}
