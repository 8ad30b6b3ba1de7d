import {Value} from '../core/value.js';
import {problemText} from '../core/problems.js';
import {ApiError} from '../core/api.js';

/** Short messages that go by themselves: `{id, kind, text}`. */
export const toasts = new Value([]);

const LIFE = 6000;
const MOST = 4;
let made = 0;

export function toast(text, kind = 'good') {
  const id = ++made;
  toasts.update((before) => [...before, {id, kind, text}].slice(-MOST));
  setTimeout(() => drop(id), LIFE);
}

export const drop = (id) => toasts.update((before) => before.filter((one) => one.id !== id));

/** Does something that may be refused; says so in words, and answers undefined then. */
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    toast(problemText(error), 'bad');
    return undefined;
  }
}
