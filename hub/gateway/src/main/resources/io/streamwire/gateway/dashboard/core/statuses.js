import {Value} from './value.js';
import {ApiError, get, workspaceId} from './api.js';
import {hear} from './live.js';

/** How each device is, by id, as `GET /devices/{id}/status` says. */
export const statuses = new Value(new Map());

const MOST = 40;

export async function readStatus(id) {
  try {
    const status = await get(`/devices/${id}/status`);
    statuses.update((before) => new Map(before).set(id, status));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

/** Reads them now, and again whenever a device tells something new; the answer ends that. */
export function watchStatuses(ids) {
  const wanted = new Set(ids.slice(0, MOST));
  const changed = new Set();
  let due;
  const readChanged = () => {
    due = undefined;
    changed.forEach(readStatus);
    changed.clear();
  };
  const again = (id) => {
    changed.add(id);
    due ??= setTimeout(readChanged, 200);
  };
  wanted.forEach(readStatus);
  const end = hear(
    'devices',
    ({device_id, device_ids}) => {
      const about = device_id ? [device_id] : device_ids?.length ? device_ids : [...wanted];
      about.filter((id) => wanted.has(id)).forEach(again);
    },
    () => wanted.forEach(again),
  );
  const clock = setInterval(() => document.visibilityState === 'visible' && wanted.forEach(again), 15_000);
  return () => {
    end();
    clearInterval(clock);
    clearTimeout(due);
  };
}

workspaceId.listen(() => statuses.set(new Map()));
