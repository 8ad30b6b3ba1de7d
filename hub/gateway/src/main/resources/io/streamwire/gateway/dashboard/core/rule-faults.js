import {post} from './api.js';

/** What a rule is answered with besides what it says. */
const ANSWERED = ['id', 'workspace_id', 'version', 'created_at', 'updated_at'];

/** Only what the rule says. */
export const definition = (rule) => Object.fromEntries(Object.entries(rule).filter(([name]) => !ANSWERED.includes(name)));

const ITEM = '/rules/0';

/** What the hub would refuse of a rule, as `[{pointer, detail}]`; nothing is kept of it. */
export async function faultsOf(rule) {
  try {
    await post('/rules/import?mode=add&dry_run=true', {format: 'streamwire-rules', version: 1, rules: [definition(rule)]});
    return [];
  } catch (error) {
    if (error.status !== 422) throw error;
    return error.errors.map(({pointer, detail}) => ({pointer: pointer.startsWith(ITEM) ? pointer.slice(ITEM.length) : pointer, detail}));
  }
}

/** What is wrong at a place of the rule or within it; empty when nothing. */
export const faultAt = (faults, pointer) =>
  (faults ?? [])
    .filter((fault) => fault.pointer === pointer || fault.pointer.startsWith(`${pointer}/`))
    .map(({detail}) => detail)
    .join(' ');

/** The same, only of the place itself. */
export const faultOf = (faults, pointer) => (faults ?? []).filter((fault) => fault.pointer === pointer).map(({detail}) => detail).join(' ');

/** A JSON pointer as people read it: `actions › 1 › args › ms`, counted from 1. */
export const placeText = (pointer) =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) + 1 : part.replaceAll('~1', '/').replaceAll('~0', '~')))
    .join(' › ');
