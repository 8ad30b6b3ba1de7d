import {html, nothing} from 'lit';
import {icon} from './icon.js';

/** Where nothing is yet: what belongs here, and the next step. */
export const empty = ({sign, title, text, action}) =>
  html`<div class="empty">
    ${icon(sign)}
    <h3>${title}</h3>
    ${text ? html`<p>${text}</p>` : nothing} ${action ?? nothing}
  </div>`;

/** While it is being read. */
export const loading = (label) => html`<div class="skeleton" role="status"><span class="sr-only">${label}</span></div>`;
