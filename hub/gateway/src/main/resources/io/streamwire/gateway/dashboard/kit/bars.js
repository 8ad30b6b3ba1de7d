import {html} from 'lit';
import {vars} from '../core/vars.js';

/** A list of `{name, value, text}`, the largest first, each with a bar behind it; `name` is a text or a template. */
export function bars(items) {
  const most = Math.max(1, ...items.map(({value}) => value));
  return html`<ol class="bars">${items.map(
    ({name, value, text}) =>
      html`<li><i aria-hidden="true" ${vars({width: `${Math.max(1, (value / most) * 100)}%`})}></i><span class="grow cut">${name}</span><b>${text}</b></li>`,
  )}</ol>`;
}
