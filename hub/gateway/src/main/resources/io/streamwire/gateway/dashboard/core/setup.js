import {Value} from './value.js';
import {ApiError, get, workspaceId} from './api.js';
import {session} from './session.js';

/** How far the first run is: `{device, stream, rule, armed, moved}`, each true when done; null until it is known. */
export const setup = new Value(null);

const KEY = 'streamwire.setup-hidden';

export async function readSetup() {
  try {
    const [devices, rules, streams, arming] = await Promise.all([
      get('/devices?limit=50'),
      get('/rules?limit=1'),
      get('/livestreams?limit=1'),
      get('/devices/arming?limit=50'),
    ]);
    const moved = await anyDone(devices.items);
    setup.set({
      device: devices.items.some(({capabilities}) => capabilities),
      stream: streams.items.length > 0,
      rule: rules.items.length > 0,
      armed: moved || arming.items.some((item) => item.arming?.armed),
      moved,
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

async function anyDone(devices) {
  for (const {id} of devices.slice(0, 5)) {
    const {items} = await get(`/devices/${id}/commands?limit=20`);
    if (items.some(({state}) => state === 'done')) return true;
  }
  return false;
}

export const complete = (steps) => steps !== null && Object.values(steps).every(Boolean);

export function hidden() {
  return localStorage.getItem(KEY) === workspaceId.get();
}

export function hide() {
  localStorage.setItem(KEY, workspaceId.get());
  setup.set(null);
}

const anew = () => setup.set(null);
workspaceId.listen(anew);
session.listen(anew);
