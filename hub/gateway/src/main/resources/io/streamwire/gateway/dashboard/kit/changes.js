import {html} from 'lit';
import {t} from '../core/text.js';
import {placeText} from '../core/rule-faults.js';

const said = (value) => (value === undefined ? html`<i class="faint">${t('editor.nothing')}</i>` : html`<code>${typeof value === 'object' ? JSON.stringify(value, null, 1) : String(value)}</code>`);

/** What is different, as `differences` of `core/diff.js` tells it: a line each, with what was and what is. */
export const changes = (list) =>
  list.length === 0
    ? html`<p class="soft">${t('editor.noChanges')}</p>`
    : html`<ul class="changes">${list.map(
        ({pointer, before, after}) =>
          html`<li><b>${placeText(pointer)}</b><div class="was"><span class="sr-only">${t('editor.was')}</span>− ${said(before)}</div><div class="is"><span class="sr-only">${t('editor.isNow')}</span>+ ${said(after)}</div></li>`,
      )}</ul>`;
