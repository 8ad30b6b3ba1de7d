import {Value} from './value.js';
import {ApiError, all, workspaceId} from './api.js';
import {session} from './session.js';

/** The workspace's rules by id; null until they were read. */
export const rules = new Value(null);

let reading;

/** Reads them; those who call meanwhile wait for the same answer. */
export function readRules() {
  reading ??= all('/rules').then(
    (items) => rules.set(new Map(items.map((rule) => [rule.id, rule]))),
    (error) => {
      if (!(error instanceof ApiError)) throw error;
    },
  );
  return reading.finally(() => (reading = undefined));
}

export const ruleName = (id) => rules.get()?.get(id)?.name ?? `${id.slice(0, 8)}…`;

function anew() {
  rules.set(null);
  if (session.get().state === 'in' && workspaceId.get()) readRules();
}

workspaceId.listen(anew);
session.listen(anew);
anew();
