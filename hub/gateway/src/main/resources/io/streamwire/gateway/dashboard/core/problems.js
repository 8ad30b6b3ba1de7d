import {hasText, t} from './text.js';
import {length} from './format.js';

/**
 * A refusal in the viewer's words: by its code where there are some, else what the hub said.
 *
 * @param options faults: whether its faults are told too, which a form shows at their fields
 */
export function problemText(error, {faults: told = true} = {}) {
  const key = `problems.${error.code}`;
  const values = {seconds: error.retryAfter ?? '', wait: error.retryAfter ? length(error.retryAfter * 1000) : ''};
  const text = hasText(key) ? t(key, values) : error.message || t('problems.unknown', {code: error.code});
  const faults = !told ? [] : error.errors?.map(({detail, message}) => detail ?? message).filter(Boolean) ?? [];
  return faults.length > 0 && !text.includes(faults[0]) ? `${text} ${faults.slice(0, 3).join(' ')}` : text;
}

/** The faults of a form by the last part of their pointers. */
export const faultsByField = (error) =>
  Object.fromEntries(
    (error.errors ?? []).map(({pointer, detail, message}) => [(pointer ?? '').split('/').pop(), detail ?? message]),
  );
