import {html, nothing, svg} from 'lit';
import './sw-ago.js';

const SIGNS = {
  good: svg`<circle cx="5" cy="5" r="5"/>`,
  warn: svg`<path d="M5 0 10 9.500H0z"/>`,
  bad: svg`<path d="m1.5 0 3.5 3.500L8.5 0 10 1.5 6.5 5 10 8.5 8.5 10 5 6.5 1.5 10 0 8.5 3.5 5 0 1.500z"/>`,
  accent: svg`<path d="M5 0 10 5 5 10 0 5z"/>`,
  plain: svg`<path d="M0 4h10v2.500H0z"/>`,
};

/**
 * A state as a sign, a word and an age.
 *
 * @param kind good, warn, bad, accent or plain
 * @param options since: when it began; title: what it means
 */
export const chip = (kind, word, {since, title} = {}) =>
  html`<span class="chip ${kind}" title=${title ?? nothing}
    ><svg class="sign" viewBox="0 0 10 10" fill="currentColor" aria-hidden="true">${SIGNS[kind] ?? SIGNS.plain}</svg
    ><span class="cut">${word}</span>${since ? html`<sw-ago class="age" .at=${since}></sw-ago>` : nothing}</span>`;
