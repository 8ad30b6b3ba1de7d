import {Value} from './value.js';
import {ApiError, all, get, newKey, post, workspaceId} from './api.js';
import {session} from './session.js';
import {hear} from './live.js';

const REPLAYS_EVERY = 3000;

/** The livestreams that have not ended, each with its status; null until they were read. */
export const streams = new Value(null);

export async function readStreams() {
  try {
    const [{items: statuses}, known] = await Promise.all([get('/livestreams/status'), all('/livestreams', 100)]);
    const byId = new Map([...known, ...statuses].map((stream) => [stream.id, {}]));
    [...known, ...statuses].forEach((stream) => Object.assign(byId.get(stream.id), stream));
    streams.set([...byId.values()].filter(({status}) => status !== 'ended'));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

export const connect = (username) =>
  post('/livestreams/connect', {username}, {key: newKey(), timeout: 30_000}).finally(readStreams);

export const disconnect = (id) => post(`/livestreams/${id}/disconnect`).finally(readStreams);

/** Plays the sample show of every workspace; `speed` 1 is its own pace. */
export const playSample = (speed = 1) =>
  post('/livestreams/recordings/sample-show/replay', {speed}, {key: newKey()}).finally(readStreams);

function told(status) {
  const list = streams.get();
  if (!list || !status?.id) return;
  const before = list.find(({id}) => id === status.id);
  if (!before) {
    if (status.status !== 'ended') readStreams();
    return;
  }
  streams.set(
    status.status === 'ended'
      ? list.filter(({id}) => id !== status.id)
      : list.map((one) => (one === before ? {...one, ...status} : one)),
  );
}

/** Reads them now and hears of changes; the answer ends that. Of replays nothing is told, so they are looked at again. */
export function watchStreams() {
  readStreams();
  const end = hear('livestreams', told, readStreams);
  const clock = setInterval(() => {
    if (streams.get()?.some(({kind}) => kind === 'replay')) readStreams();
  }, REPLAYS_EVERY);
  return () => {
    end();
    clearInterval(clock);
  };
}

workspaceId.listen(() => {
  streams.set(null);
  if (session.get().state === 'in') readStreams();
});
