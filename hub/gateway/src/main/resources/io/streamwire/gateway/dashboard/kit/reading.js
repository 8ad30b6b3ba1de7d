import {html, nothing} from 'lit';
import {problemText} from '../core/problems.js';
import {t} from '../core/text.js';
import {empty, loading} from './empty.js';
import {icon} from './icon.js';
import {attempt} from './toasts.js';

const FORBIDDEN = new Set(['role_too_low', 'workspace_forbidden', 'key_forbidden']);

/** Who may not see a page: that it is so, and who can help. */
export const forbidden = () => html`<div class="card">${empty({sign: 'audit', title: t('shell.forbidden'), text: t('shell.forbiddenText')})}</div>`;

/** Why something is not there. */
export const problem = (error, again) =>
  html`<div class="note bad" role="alert">${icon('warn')}<div class="stack tight">
    <p>${problemText(error)}</p>
    ${again ? html`<div><button class="btn small" type="button" @click=${again}>${t('shell.tryAgain')}</button></div>` : nothing}
  </div></div>`;

/** What a `Reading` has come to: on its way, refused, or what `render` makes of it. */
export function shown(reading, render) {
  const {data, error} = reading;
  if (error && FORBIDDEN.has(error.code)) return forbidden();
  if (error) return html`${problem(error, () => reading.load())}${data === undefined ? nothing : render(data)}`;
  return data === undefined ? loading(t('shell.loading')) : render(data);
}

/** The button below a list that has more. */
export const moreOf = (listing) =>
  listing.data?.next_cursor
    ? html`<div class="more"><button class="btn" type="button" @click=${() => attempt(() => listing.more())}>${t('shell.showMore')}</button></div>`
    : nothing;
