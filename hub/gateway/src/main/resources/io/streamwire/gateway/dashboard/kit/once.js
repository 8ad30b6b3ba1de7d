import {html} from 'lit';
import {t} from '../core/text.js';
import {icon} from './icon.js';
import './sw-copy.js';

/** A secret that is shown only now: `label`, `text` and `warning`. */
export const once = ({label, text, warning}) =>
  html`<div class="stack copyable">
    <div class="note warn">${icon('warn')}<p>${warning}</p></div>
    <pre class="secret" tabindex="0" aria-label=${label}><code>${text}</code></pre>
    <div><sw-copy .text=${text} label=${t('shell.copy')}></sw-copy></div>
  </div>`;
