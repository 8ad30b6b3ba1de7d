import {prefs} from './prefs.js';

/**
 * What the dashboard says. Catalogues are `strings/{language}/{area}.js`; English is there for what another language lacks. A
 * text is a string with `{names}`, or `{one, other}` chosen by `count`.
 */
const catalogues = new Map();

async function load(language, area) {
  const key = `${language}/${area}`;
  if (!catalogues.has(key)) {
    const loaded = import(`../strings/${key}.js`).then(
      (module) => catalogues.set(key, module.default),
      () => catalogues.set(key, {}),
    );
    catalogues.set(key, loaded);
  }
  await catalogues.get(key);
}

/** Loads an area's texts, in the language of the page and in English. */
export async function loadTexts(area) {
  const {language} = prefs.get();
  await Promise.all([load('en', area), language === 'en' ? undefined : load(language, area)]);
}

/** The text with the key `area.name`, its names filled in. */
export function t(key, values = {}) {
  const dot = key.indexOf('.');
  const area = key.slice(0, dot);
  const name = key.slice(dot + 1);
  const {language} = prefs.get();
  const found = of(language, area, name) ?? of('en', area, name);
  if (found === undefined) return key;
  const text = typeof found === 'string' ? found : chosen(language, found, values.count);
  return text.replace(/\{(\w+)\}/g, (whole, inner) => (inner in values ? String(values[inner]) : whole));
}

/** Whether there is such a text. */
export function hasText(key) {
  const dot = key.indexOf('.');
  return of('en', key.slice(0, dot), key.slice(dot + 1)) !== undefined;
}

function of(language, area, name) {
  const catalogue = catalogues.get(`${language}/${area}`);
  return catalogue && Object.hasOwn(catalogue, name) ? catalogue[name] : undefined;
}

function chosen(language, forms, count) {
  const form = new Intl.PluralRules(language).select(count);
  // What is said of one thing says "1": in Portuguese, where zero counts as one too, that would be wrong.
  return (form === 'one' && count !== 1 ? forms.other : forms[form]) ?? forms.other;
}
