/** Arguments of a command that a board describes, from its least to its most, and the tests that every action has. */

/** The ranges of a command's arguments, the owner's tighter limits counted in. */
export function ranges(command, limits) {
  const own = limits?.[command.name];
  return (command.args ?? []).map((arg) => {
    const range = own?.args?.[arg.name] ?? {};
    const longest = arg.name === 'ms' ? (own?.max_on_ms ?? command.max_on_ms ?? Infinity) : Infinity;
    const min = Math.max(arg.min ?? 0, range.min ?? -Infinity);
    return {...arg, min, max: Math.max(min, Math.min(arg.max ?? 100, range.max ?? Infinity, longest))};
  });
}

/** Something gentle to begin with. */
export const defaults = (command, limits) =>
  Object.fromEntries(ranges(command, limits).map(({name, min, max}) => [name, name === 'ms' ? clamp(800, min, max) : Math.round(min + (max - min) * 0.6)]));

/** The same at a tenth of its strength and length, and never below what the board can do. */
export const tenth = (command, limits, args) =>
  Object.fromEntries(ranges(command, limits).map(({name, min, max}) => [name, clamp(Math.round((args[name] ?? max) / 10), min, max)]));

const clamp = (value, min, max) => Math.min(max, Math.max(min, value));

export const FINAL = new Set(['done', 'rejected', 'expired', 'failed', 'aborted']);
