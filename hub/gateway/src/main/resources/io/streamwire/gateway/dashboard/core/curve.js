/** What an argument makes of a number, as the rules service computes it: `in`, `out`, `curve` and `steps` of its JSON. */
export function curved({curve, in: from, out, steps}, value) {
  if (curve === 'steps') return ((steps ?? []).findLast(([least]) => least <= value) ?? steps?.[0])?.[1];
  if (!curve) return out ? clamp(value, out[0], out[1]) : value;
  const [a, b] = from;
  const [x, y] = out;
  const share = clamp((value - a) / (b - a), 0, 1);
  return Math.round(x + SHAPES[curve](share, b - a) * (y - x));
}

const SHAPES = {
  linear: (share) => share,
  sqrt: Math.sqrt,
  log: (share, length) => Math.log1p(share * length) / Math.log1p(length),
};

/** The numbers that are worth showing: from a little below the first one that matters to a little above the last. */
export function domain({curve, in: from, out, steps}) {
  const [a, b] = curve === 'steps' ? [steps[0]?.[0] ?? 0, steps.at(-1)?.[0] ?? 0] : curve ? from : (out ?? [0, 100]);
  const room = Math.max(1, Math.round((b - a) * 0.15));
  return [a >= 0 ? Math.max(0, a - room) : a - room, b + room];
}

/** Whether there is anything to show. */
export function drawable(argument) {
  const numbers = (list) => Array.isArray(list) && list.length === 2 && list.every(Number.isFinite);
  if (argument.curve === 'steps') return (argument.steps ?? []).length > 0 && argument.steps.every(numbers);
  if (argument.curve) return numbers(argument.in) && numbers(argument.out) && argument.in[0] < argument.in[1];
  return argument.out === undefined || (numbers(argument.out) && argument.out[0] <= argument.out[1]);
}

const clamp = (value, least, most) => Math.min(most, Math.max(least, value));
