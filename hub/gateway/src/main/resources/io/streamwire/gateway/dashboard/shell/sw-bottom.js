import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {t} from '../core/text.js';
import {routes} from '../routes.js';
import {icon} from '../kit/icon.js';
import './sw-stop.js';

/** The bar at the bottom of a phone: three pages and STOP. */
class Bottom extends Component {
  static properties = {route: {attribute: false}};

  static styles = css`
    sw-bottom {
      position: fixed;
      z-index: 20;
      inset: auto 0 0 0;
      display: none;
      grid-template-columns: repeat(3, minmax(max-content, 1fr)) minmax(96px, 1.25fr);
      gap: 2px;
      padding: var(--s2) var(--s1) calc(var(--s2) + env(safe-area-inset-bottom));
      border-top: 1px solid var(--line);
      background: var(--sunken);

      & nav {
        display: contents;
      }

      & a {
        display: grid;
        place-items: center;
        align-content: center;
        gap: 2px;
        min-height: 56px;
        border-radius: var(--r2);
        color: var(--text-soft);
        font-size: var(--t-xs);
        font-weight: 600;
        text-decoration: none;
        overflow-wrap: normal;

        & span {
          letter-spacing: -0.02em;
          white-space: nowrap;
        }
      }

      & a[aria-current='page'] {
        background: var(--accent-wash);
        color: var(--text);

        & .icon {
          color: var(--accent);
        }
      }

      & sw-stop .stop {
        width: 100%;
        height: 56px;
      }

      @media (max-width: 799px) {
        display: grid;
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, prefs);
  }

  render() {
    return html`<nav aria-label=${t('shell.nav')}>
        ${routes
          .filter(({phone}) => phone)
          .map(
            (route) =>
              html`<a href=${route.path} aria-current=${[this.route?.name, this.route?.of].includes(route.name) ? 'page' : nothing}>
                ${icon(route.icon)}<span>${t(`shell.page_${route.name}`)}</span></a>`,
          )}
      </nav>
      <sw-stop></sw-stop>`;
  }
}

customElements.define('sw-bottom', Bottom);
