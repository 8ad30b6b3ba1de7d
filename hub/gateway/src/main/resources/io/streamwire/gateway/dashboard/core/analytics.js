const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

/** How far back, and how long each point is. */
export const RANGES = {
  hour: {bucket: 'minute', ms: HOUR},
  day: {bucket: 'hour', ms: DAY},
  week: {bucket: 'hour', ms: 7 * DAY},
  month: {bucket: 'day', ms: 30 * DAY},
  year: {bucket: 'day', ms: 365 * DAY},
};

const LENGTHS = {minute: MINUTE, hour: HOUR, day: DAY};

export const NUMBERS = ['events', 'gifts', 'diamonds', 'likes', 'peak_viewers', 'fired', 'stopped'];

/** The question for a range that ends now. */
export function query(range, {livestream, simulated}, now = Date.now()) {
  const {bucket, ms} = RANGES[range];
  const time = (at) => encodeURIComponent(new Date(at).toISOString());
  return `bucket=${bucket}&from=${time(now - ms)}&to=${time(now)}&simulated=${simulated}${livestream ? `&livestream_id=${livestream}` : ''}`;
}

/** Every bucket of the range, also those in which nothing happened. */
export function filled({from, to, bucket, series}) {
  const known = new Map(series.map((point) => [Date.parse(point.at), point]));
  const points = [];
  for (let at = Date.parse(from); at < Date.parse(to); at += LENGTHS[bucket]) {
    const point = known.get(at);
    points.push({at, ...Object.fromEntries(NUMBERS.map((name) => [name, point?.[name] ?? 0]))});
  }
  return points;
}

/** Why rules did not fire, all rules together, the most frequent first. */
export function reasons(byRule = []) {
  const counts = new Map();
  for (const {stopped} of byRule) {
    for (const [outcome, count] of Object.entries(stopped)) counts.set(outcome, (counts.get(outcome) ?? 0) + count);
  }
  return [...counts].sort(([, one], [, other]) => other - one);
}
