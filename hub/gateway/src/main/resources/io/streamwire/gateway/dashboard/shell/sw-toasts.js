import {Component, css, html} from '../core/element.js';
import {Watch} from '../core/value.js';
import {drop, toasts} from '../kit/toasts.js';
import {t} from '../core/text.js';
import {icon} from '../kit/icon.js';

const SIGNS = {good: 'check', warn: 'warn', bad: 'warn', plain: 'info'};

/** Where short messages appear. */
class Toasts extends Component {
  static styles = css`
    sw-toasts {
      position: fixed;
      z-index: 40;
      inset: auto var(--s5) var(--s5) auto;
      display: grid;
      gap: var(--s2);
      width: min(420px, calc(100vw - 32px));

      & .note {
        background: var(--raised);
        box-shadow: var(--shadow);
      }

      & .note.bad {
        background: var(--bad-wash);
      }

      & .note p {
        flex: 1;
      }

      @media (max-width: 799px) {
        inset: auto var(--s4) calc(var(--bottom) + var(--s4) + env(safe-area-inset-bottom)) var(--s4);
        width: auto;
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, toasts);
  }

  render() {
    return html`<div role="status" aria-live="polite" class="stack tight">
      ${toasts.get().map(
        ({id, kind, text}) =>
          html`<div class="note ${kind}">${icon(SIGNS[kind] ?? 'info')}<p>${text}</p>
            <button class="btn ghost small icon" type="button" aria-label=${t('shell.close')} @click=${() => drop(id)}>${icon('close')}</button></div>`,
      )}
    </div>`;
  }
}

customElements.define('sw-toasts', Toasts);
