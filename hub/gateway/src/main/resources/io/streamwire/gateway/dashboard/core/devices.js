import {Value} from './value.js';
import {ApiError, all, workspaceId} from './api.js';
import {session} from './session.js';

/** The workspace's devices by id; null until they were read. */
export const devices = new Value(null);

let reading;

/** Reads them; those who call meanwhile wait for the same answer. */
export function readDevices() {
  reading ??= all('/devices').then(
    (items) => devices.set(new Map(items.map((device) => [device.id, device]))),
    (error) => {
      if (!(error instanceof ApiError)) throw error;
    },
  );
  return reading.finally(() => (reading = undefined));
}

export const deviceName = (id) => devices.get()?.get(id)?.name ?? `${id.slice(0, 8)}…`;

function anew() {
  devices.set(null);
  if (session.get().state === 'in' && workspaceId.get()) readDevices();
}

workspaceId.listen(anew);
session.listen(anew);
anew();
