import {Value} from './value.js';
import {ApiError, call, get, newKey, post, workspaceId} from './api.js';
import {session} from './session.js';
import {hear} from './live.js';

/** What is armed and until when: `{workspace, items, healthy}` as `GET /devices/arming` says; null until it is known. */
export const arming = new Value(null);

/** The last stop of this page: `{phase: sending | following | failed | done, ...}`; null when there was none. */
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
  try {
    arming.set(await get('/devices/arming?limit=200'));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
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
export async function stopEverything() {
  const mine = {key: newKey(), at: Date.now()};
  lastStop.set({phase: 'sending', ...mine});
  for (let tries = 1; ; tries++) {
    try {
      const {data} = await call('POST', '/devices/stop', {key: mine.key, timeout: 4000});
      follow(mine, data);
      readArming();
      return;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (lastStop.get()?.key !== mine.key) return;
      const hopeless = error.status >= 400 && error.status < 500 && error.status !== 429;
      lastStop.set({phase: 'failed', ...mine, code: error.code, tries, given: hopeless || tries >= TRIES});
      if (hopeless || tries >= TRIES) return;
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN));
    }
  }
}

async function follow(mine, {epoch, confirmed, unconfirmed}) {
  const told = (state) => {
    if (lastStop.get()?.key !== mine.key) return false;
    lastStop.set({phase: state.unconfirmed.length === 0 ? 'done' : 'following', epoch, ...mine, ...state});
    return state.unconfirmed.length > 0;
  };
  let open = told({
    confirmed: confirmed.map((id) => ({device_id: id})),
    unconfirmed: unconfirmed.map((id) => ({device_id: id})),
  });
  while (open && Date.now() - mine.at < FOLLOW_FOR) {
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_EVERY));
    try {
      open = told(await get(`/devices/stops/${epoch}`));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }
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

function begin() {
  endOfHearing();
  endOfHearing = () => {};
  arming.set(null);
  lastStop.set(null);
  if (session.get().state !== 'in' || !workspaceId.get()) return;
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
