import {Component, css, html} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {stopEverything} from '../core/safety.js';
import {t} from '../core/text.js';
import {icon} from '../kit/icon.js';

/** Stops everything, at once, without a question. */
class Stop extends Component {
  static styles = css`
    sw-stop .stop {
      display: inline-flex;
      align-items: center;
      justify-content: center;
      gap: var(--s2);
      border: 2px solid transparent;
      border-radius: var(--r2);
      background: var(--stop);
      color: var(--on-stop);
      font: 800 var(--t-lg) / 1 var(--font);
      letter-spacing: 0.06em;
      cursor: pointer;
      touch-action: manipulation;

      &:hover {
        background: var(--stop-strong);
      }

      &:active {
        translate: 0 1px;
      }

      &:focus-visible {
        outline: 3px solid var(--text);
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, prefs);
  }

  render() {
    return html`<button class="stop" type="button" aria-label=${t('shell.stopAll')} @click=${() => stopEverything()}>
      ${icon('stop')}<span>${t('shell.stop')}</span>
    </button>`;
  }
}

customElements.define('sw-stop', Stop);
