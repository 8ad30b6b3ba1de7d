import {Value} from './value.js';
import {ApiError, all, call, get, newKey, post, workspaceId} from './api.js';
import {session} from './session.js';
import {hear} from './live.js';

/** What is armed and until when: `{workspace, items, healthy}` as `GET /devices/arming` says; null until it is known. */
export const arming = new Value(null);

/** How that is known: when it was read, and since when it cannot be read any more. */
export const armingRead = new Value({at: undefined, failingSince: undefined});

/**
 * What became of the last stop: `{phase: sending | trying | failed | following | done, ...}`; null when there is nothing to say.
 * It only shows: what is being done about a stop goes on whether or not anybody looks.
 */
export const lastStop = new Value(null);

const FOLLOW_EVERY = 500;
const FOLLOW_FOR = 60_000;
const TRY_AGAIN = 700;
const TRIES = 12;

let reading = false;
let again = false;

/** Reads what is armed; calls that come meanwhile are answered by one more reading. */
export async function readArming() {
  if (reading) {
    again = true;
    return;
  }
  reading = true;
  const asked = workspaceId.get();
  try {
    const read = await get('/devices/arming?limit=200');
    if (read.next_cursor) read.items = await all('/devices/arming');
    if (asked !== workspaceId.get()) return;
    arming.set(read);
    armingRead.set({at: Date.now(), failingSince: undefined});
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    armingRead.update(({at, failingSince}) => ({at, failingSince: failingSince ?? Date.now()}));
  } finally {
    reading = false;
    if (again) {
      again = false;
      readArming();
    }
  }
}

export async function arm(forMs, deviceIds) {
  const body = {for_ms: forMs, ...(deviceIds ? {device_ids: deviceIds} : {})};
  const answer = await post('/devices/arm', body, {key: newKey()});
  lastStop.set(null);
  await readArming();
  return answer;
}

/** Stops some devices, and nothing else. */
export async function stopDevices(ids) {
  await post('/devices/stop', {device_ids: ids}, {key: newKey()});
  await readArming();
}

/**
 * Stops everything in the workspace. Never asks, needs nothing that was read before, and is tried again until the hub has
 * answered. Who has not confirmed is followed.
 */
export const stopEverything = () => stop('/devices/stop');

/** Stops one device, in the same way. */
export const stopDevice = (id) => stop(`/devices/${id}/stop`);

async function stop(path) {
  // Nothing that happens to the page after the press, not even another workspace, changes what is stopped.
  const mine = {key: newKey(), at: Date.now(), workspace: workspaceId.get(), again: () => stop(path)};
  tell(mine, {phase: 'sending'});
  for (let tries = 1; ; tries++) {
    try {
      const {data} = await call('POST', path, {key: mine.key, timeout: 4000, workspace: mine.workspace});
      follow(mine, data);
      readArming();
      return;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const hopeless = error.status >= 400 && error.status < 500 && error.status !== 429;
      const given = hopeless || tries >= TRIES;
      tell(mine, {phase: given ? 'failed' : 'trying', code: error.code, tries});
      if (given) return;
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN));
    }
  }
}

async function follow(mine, {epoch, confirmed, unconfirmed}) {
  const told = (state) => {
    tell(mine, {phase: state.unconfirmed.length === 0 ? 'done' : 'following', epoch, ...state});
    return state.unconfirmed.length > 0;
  };
  let open = told({
    confirmed: confirmed.map((id) => ({device_id: id})),
    unconfirmed: unconfirmed.map((id) => ({device_id: id})),
  });
  while (open && Date.now() - mine.at < FOLLOW_FOR) {
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_EVERY));
    try {
      const state = (await call('GET', `/devices/stops/${epoch}`, {workspace: mine.workspace})).data;
      open = told(state);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }
}

let closed;

/** Takes the report away; it comes back when there is something new to say. */
export function closeReport() {
  const shown = lastStop.get();
  closed = shown && `${shown.key} ${shown.phase}`;
  lastStop.set(null);
}

/** Says of a stop what is new, unless a later one is being shown. */
function tell(mine, state) {
  if (closed === `${mine.key} ${state.phase}` || (lastStop.get()?.at ?? 0) > mine.at) return;
  lastStop.set({...state, ...mine});
}

let due;

/** Boards that report much lead to four readings a second. */
function readSoon() {
  due ??= setTimeout(() => {
    due = undefined;
    readArming();
  }, 250);
}

let endOfHearing = () => {};
let watched = null;

/** Begins anew for another user or workspace, and only then: a stop that is under way stays in sight. */
function begin() {
  const {state, user} = session.get();
  if (state === 'unknown' || state === 'unreachable') return;
  const next = state === 'in' && workspaceId.get() ? `${user.id} ${workspaceId.get()}` : null;
  if (next === watched) return;
  endOfHearing();
  endOfHearing = () => {};
  arming.set(null);
  armingRead.set({at: undefined, failingSince: undefined});
  if (watched) lastStop.set(null);
  watched = next;
  if (!next) return;
  readArming();
  endOfHearing = hear('devices', readSoon, readSoon);
}

/** Keeps `arming` true as long as somebody is signed in. */
export function watchArming() {
  session.listen(begin);
  workspaceId.listen(begin);
  setInterval(() => {
    if (session.get().state === 'in' && document.visibilityState === 'visible') readArming();
  }, 10_000);
  begin();
}
