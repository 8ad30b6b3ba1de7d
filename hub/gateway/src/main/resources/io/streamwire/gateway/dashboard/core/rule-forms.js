/**
 * The forms of a rule: what each type of trigger, crowd, condition and action has, with its ranges. `sw-fields` shows them. A rule is only
 * changed where a field was, so that whatever no field is about stays as it is.
 */
export const ROLES = ['anchor', 'moderator', 'subscriber', 'mutual', 'follower', 'gift_giver', 'top_gifter'];

const DAY = 86_400_000;
const HOUR = 3_600_000;
const LATEST = 600_000;

const text = (name, most, more) => ({name, kind: 'text', most, ...more});
/** Several texts, one in each line; `single` writes one alone as a text. */
const texts = (name, most, more) => ({name, kind: 'texts', most, ...more});
const number = (name, min, max, more) => ({name, kind: 'number', min, max, ...more});
/** Milliseconds, asked for in seconds; the ends are milliseconds, too. */
const seconds = (name, min, max, more) => ({name, kind: 'seconds', min, max, ...more});
/** One of several; the first one holds when nothing is said, unless it is `needed`. */
const choice = (name, values, more) => ({name, kind: 'choice', values, ...more});
const many = (name, values, more) => ({name, kind: 'many', values, ...more});
const byRole = (name, of, min, max) => ({name, kind: 'byRole', of, min, max, rare: true});
/** Exactly one of these fields. */
const oneOf = (name, fields) => ({name, kind: 'oneOf', fields});

const listed = (name) => texts(name, 200, {single: true, required: true});
const delay = seconds('delay_ms', 0, LATEST, {rare: true});
const within = seconds('within_ms', 1000, HOUR, {required: true});
const window = choice('window', ['sliding', 'tumbling']);
const weigh = choice('weigh', ['viewers', 'diamonds']);
const weights = byRole('role_weights', 'number', 1, 100);

export const TRIGGERS = {
  comment: [oneOf('match', [listed('contains'), listed('word'), listed('equals'), listed('starts_with'), listed('command'), text('regex', 200, {required: true, mono: true})])],
  gift: [
    texts('names', 100),
    choice('mode', ['streak_end', 'per_increment', 'first']),
    number('min_diamonds', 0),
    number('max_diamonds', 0),
    number('cap', 1, 1_000_000, {when: ({mode}) => mode === 'per_increment'}),
    texts('ids', 20, {integers: true, rare: true}),
    number('min_price', 0, undefined, {rare: true}),
    number('max_price', 0, undefined, {rare: true}),
  ],
  follow: [],
  share: [],
  join: [],
  subscribe: [number('min_months', 0, 1200)],
  likes: [number('every', 1), choice('per', ['room', 'viewer'])],
  viewers: [oneOf('crosses', [number('above', 1, undefined, {required: true}), number('below', 1, undefined, {required: true})])],
  timer: [number('every_s', 10, 86_400, {required: true})],
  live: [many('is', ['paused', 'resumed', 'ended'])],
  manual: [text('label', 100)],
  webhook: [],
};

export const CROWDS = {
  viewers: [number('count', 2, 10_000, {required: true}), within, window],
  sum: [choice('of', ['events', 'diamonds', 'likes'], {needed: true}), number('reaches', 1, undefined, {required: true}), within, window],
  vote: [within, number('min_voters', 1, 10_000), choice('tie', ['first', 'random', 'none']), weigh, weights],
  tug: [number('lead', 1, undefined, {required: true}), within, weigh, weights],
};

export const CONDITIONS = [
  many('roles', ROLES),
  many('except_roles', ROLES, {rare: true}),
  texts('viewers', 100, {label: 'only_viewers'}),
  texts('except_viewers', 100),
  number('min_team_level', 0, 1000),
  {name: 'between', kind: 'between'},
  {name: 'device_online', kind: 'devices'},
];

export const COOLDOWN = [
  seconds('global_ms', 0, DAY),
  seconds('per_viewer_ms', 0, DAY),
  text('group', 64, {rare: true}),
  seconds('group_ms', 0, DAY, {rare: true}),
  byRole('per_role_ms', 'seconds', 0, DAY),
];

export const LIMIT = [number('uses', 1, 100_000, {required: true}), seconds('within_ms', 1000, DAY, {required: true}), choice('per', ['all', 'viewer'], {needed: true, label: 'limit_per'})];

export const QUEUE = [number('size', 1, 200), seconds('max_age_ms', 1000, HOUR)];

export const FILING = [{name: 'livestream_id', kind: 'livestream'}, number('priority', 0, 9), text('folder', 64), texts('tags', 32)];

/** `steps`, `options` and `winners` are actions in an action; `args` are the command's. */
export const ACTIONS = {
  device: [oneOf('target', [{name: 'device_id', kind: 'device'}, text('tag', 32, {required: true})]), {name: 'command', kind: 'command'}, {name: 'args', kind: 'args'}, seconds('ttl_ms', 1, 60_000, {rare: true}), delay],
  overlay: [text('text', 500, {required: true, template: true}), seconds('for_ms', 1, 60_000), delay],
  webhook: [text('url', 2000, {required: true}), {name: 'body', kind: 'json', rare: true}, delay],
  sequence: [{name: 'steps', kind: 'steps'}],
  choice: [{name: 'of', kind: 'options'}],
  winner: [{name: 'of', kind: 'winners'}],
  wait: [seconds('ms', 1, LATEST, {required: true, label: 'wait_ms'})],
};

/** What an argument may be computed from. */
export const SOURCES = ['diamonds', 'price', 'count', 'increment', 'likes', 'total_likes', 'viewers', 'months', 'team_level', 'counters.viewers', 'counters.likes', 'counters.diamonds', 'counters.viewer_diamonds', ...Array.from({length: 9}, (_, at) => `argument:${at + 1}`)];

export const CURVES = ['linear', 'sqrt', 'log', 'steps'];

/** What a trigger begins with. */
export function freshTrigger(type) {
  const more = {comment: {contains: ''}, gift: {names: ['Rose']}, likes: {every: 100}, viewers: {above: 100}, timer: {every_s: 60}, live: {is: ['ended']}};
  return {type, ...more[type]};
}

export function freshCrowd(type) {
  const more = {viewers: {count: 3}, sum: {of: 'events', reaches: 10}, vote: {}, tug: {lead: 3}};
  return {type, within_ms: 30_000, ...more[type]};
}

/** The choices that a vote is about, as the trigger has them. */
export function choicesOf(trigger) {
  if (trigger.type === 'gift') return [...(trigger.names ?? []), ...(trigger.ids ?? []).map(String)];
  if (trigger.type !== 'comment') return [];
  const given = ['contains', 'word', 'equals', 'starts_with', 'command'].find((name) => trigger[name] !== undefined);
  return given ? [trigger[given]].flat().map((one) => (given === 'command' ? one.replace(/^!/, '') : one)) : [];
}

/** The object with the field as it is now: gone, when there is nothing in it. */
export function withField(object, name, value) {
  const {[name]: _, ...others} = object;
  return value === undefined ? others : {...object, [name]: value};
}
