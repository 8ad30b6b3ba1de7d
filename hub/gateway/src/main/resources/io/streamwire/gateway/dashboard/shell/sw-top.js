import {Component, css, html, nothing} from '../core/element.js';
import {t} from '../core/text.js';
import {icon, logo} from '../kit/icon.js';
import './sw-arm.js';
import './sw-stop.js';
import './sw-account.js';

/** The bar at the top: what is armed, and STOP, which never moves. */
class Top extends Component {
  static properties = {route: {attribute: false}};

  static styles = css`
    sw-top {
      grid-area: top;
      position: sticky;
      z-index: 20;
      top: 0;
      display: flex;
      align-items: center;
      justify-content: flex-end;
      gap: var(--s3);
      min-width: 0;
      padding: 0 var(--s6);
      border-bottom: 1px solid var(--line);
      background: var(--bg);

      & .brand {
        display: none;
        margin-inline-end: auto;
      }

      /* Above the dialogs that this bar's own buttons open. */
      & sw-stop,
      & sw-arm .arm {
        position: relative;
        z-index: 19;
      }

      & sw-stop .stop {
        width: 148px;
        height: 44px;
      }

      @media (max-width: 799px) {
        gap: var(--s2);
        padding: 0 var(--s3);

        & .brand {
          display: flex;
        }

        & sw-stop {
          display: none;
        }
      }
    }
  `;

  render() {
    return html`<a class="brand" href="/live" aria-label="Streamwire">${logo()}</a>
      <sw-arm></sw-arm>
      <sw-account .route=${this.route}></sw-account>
      <sw-stop></sw-stop>`;
  }
}

customElements.define('sw-top', Top);
