/** What is different between two JSON values: `[{pointer, before, after}]`, in the order of the second; undefined where something is not there. */
export function differences(before, after, pointer = '') {
  if (same(before, after)) return [];
  if (isList(before) && isList(after)) {
    return Array.from({length: Math.max(before.length, after.length)}, (_, at) => differences(before[at], after[at], `${pointer}/${at}`)).flat();
  }
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(after), ...Object.keys(before)]);
    return [...names].flatMap((name) => differences(before[name], after[name], `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`));
  }
  return [{pointer, before, after}];
}

const isList = Array.isArray;
const isObject = (value) => typeof value === 'object' && value !== null && !isList(value);

/** Whether two JSON values say the same, whatever the order of their fields. */
export const same = (one, other) => JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));

function ordered(value) {
  if (isList(value)) return value.map(ordered);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, ordered(value[name])]));
}
