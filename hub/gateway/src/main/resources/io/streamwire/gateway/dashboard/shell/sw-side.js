import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {may, session} from '../core/session.js';
import {workspaceId} from '../core/api.js';
import {t} from '../core/text.js';
import {routes} from '../routes.js';
import {icon, logo} from '../kit/icon.js';
import './sw-workspace.js';

export const links = (group) => routes.filter(({nav, role}) => nav === group && (!role || may(role)));

/** One link of the navigation. */
export const navLink = (route, here) =>
  html`<a class="nav-link" href=${route.path} aria-current=${here?.name === route.name || here?.of === route.name ? 'page' : nothing}>
    ${icon(route.icon)}<span class="cut">${t(`shell.page_${route.name}`)}</span></a>`;

/** The bar at the side of a large screen. */
class Side extends Component {
  static properties = {route: {attribute: false}};

  static styles = css`
    sw-side {
      grid-area: side;
      position: sticky;
      top: 0;
      display: flex;
      flex-direction: column;
      gap: var(--s4);
      height: 100dvh;
      padding: var(--s4) var(--s3);
      border-inline-end: 1px solid var(--line);
      background: var(--sunken);
      overflow-y: auto;

      & .brand {
        display: flex;
        align-items: center;
        gap: var(--s2);
        padding: 0 var(--s2);
        color: var(--text);
        font-size: var(--t-lg);
        font-weight: 750;
        letter-spacing: -0.02em;
        text-decoration: none;
      }

      & nav {
        display: grid;
        gap: 2px;
      }

      & .eyebrow {
        padding: var(--s3) var(--s3) var(--s1);
      }

      @media (max-width: 799px) {
        display: none;
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, session, prefs, workspaceId);
  }

  render() {
    return html`<a class="brand" href="/live">${logo()}Streamwire</a>
      <sw-workspace></sw-workspace>
      <nav aria-label=${t('shell.nav')}>
        ${links('main').map((route) => navLink(route, this.route))}
        ${links('more').length > 0 ? html`<span class="eyebrow">${t('shell.more')}</span>` : nothing}
        ${links('more').map((route) => navLink(route, this.route))}
      </nav>`;
  }
}

customElements.define('sw-side', Side);
