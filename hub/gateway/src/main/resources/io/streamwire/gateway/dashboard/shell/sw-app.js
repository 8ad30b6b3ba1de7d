import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {go, location_} from '../core/router.js';
import {resume, session} from '../core/session.js';
import {workspaceId} from '../core/api.js';
import {stopEverything} from '../core/safety.js';
import {t} from '../core/text.js';
import {loading} from '../kit/empty.js';
import {html as staticHtml, unsafeStatic} from 'lit/static-html.js';
import './sw-side.js';
import './sw-top.js';
import './sw-bottom.js';
import './sw-stopped.js';
import './sw-banner.js';
import './sw-toasts.js';

const START = '/live';
const SLOW = 400;

/** The whole page: what surrounds a page of the dashboard, and the page itself. */
class App extends Component {
  static properties = {slow: {state: true}};

  static styles = css`
    sw-app {
      display: block;
      min-height: 100dvh;

      & .skip {
        position: fixed;
        z-index: 50;
        inset: var(--s2) auto auto var(--s2);
        translate: 0 -200%;
      }

      & .skip:focus {
        translate: 0 0;
      }

      & > .frame {
        display: grid;
        grid-template: 'side top' var(--top) 'side main' 1fr / var(--side) minmax(0, 1fr);
        min-height: 100dvh;
      }

      & main {
        grid-area: main;
        min-width: 0;
        padding: var(--s5) var(--s6) var(--s7);
        outline: none;
      }

      & main > .page {
        max-width: var(--column);
        margin: 0 auto;
      }

      & .alone {
        display: grid;
        place-items: center;
        min-height: 100dvh;
        padding: var(--s4);

        & main {
          grid-area: auto;
          padding: 0;
        }
      }

      @media (max-width: 799px) {
        & > .frame {
          grid-template: 'top' 56px 'main' 1fr / minmax(0, 1fr);
        }

        & main {
          padding: var(--s4) var(--s4) calc(var(--bottom) + var(--s6) + env(safe-area-inset-bottom));
        }
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, session, location_, prefs, workspaceId);
    addEventListener('keydown', (event) => this.pressed(event));
    // STOP is there before the hub has said who we are, if that takes long.
    setTimeout(() => (this.slow = true), SLOW);
  }

  render() {
    const here = location_.get();
    if (!here) return nothing;
    const {state} = session.get();
    const {route, params} = here;
    if (route.bare) return this.page(route, params);
    if (state === 'unknown' && !this.slow) return nothing;
    if (state === 'out' && !route.open) return this.toSignIn();
    if (route.open && state !== 'in') return html`<div class="alone"><main id="main">${this.page(route, params)}</main></div><sw-toasts></sw-toasts>`;
    return html`<a class="btn skip" href="#main" @click=${this.toMain}>${t('shell.skip')}</a>
      <div class="frame">
        <sw-side .route=${route}></sw-side>
        <sw-top .route=${route}></sw-top>
        <main id="main" tabindex="-1">
          <div class="page stack wide">
            <sw-stopped></sw-stopped>
            <sw-banner></sw-banner>
            ${state === 'unreachable' ? this.unreachable() : state === 'unknown' ? loading(t('shell.loading')) : this.page(route, params)}
          </div>
        </main>
      </div>
      <sw-bottom .route=${route}></sw-bottom>
      <sw-toasts></sw-toasts>`;
  }

  // The tag is one of routes.js, never of an address.
  page({tag}, params) {
    const name = unsafeStatic(tag);
    return staticHtml`<${name} .params=${params} .workspace=${workspaceId.get()}></${name}>`;
  }

  toSignIn() {
    const wanted = location.pathname + location.search;
    queueMicrotask(() => go(/^\/(sign-in)?$/.test(location.pathname) ? '/sign-in' : `/sign-in?to=${encodeURIComponent(wanted)}`, {replace: true}));
    return nothing;
  }

  unreachable() {
    return html`<div class="card">
      <h1>${t('shell.unreachableTitle')}</h1>
      <p class="soft">${t('shell.unreachableText')}</p>
      <div><button class="btn primary" @click=${() => resume()}>${t('shell.tryAgain')}</button></div>
    </div>`;
  }

  toMain(event) {
    event.preventDefault();
    this.querySelector('main').focus();
  }

  updated() {
    const here = location_.get();
    if (!here || here === this.shown) return;
    const first = this.shown === undefined;
    this.shown = here;
    if (here.path === '/' || (here.route.open && session.get().state === 'in')) {
      go(new URLSearchParams(location.search).get('to')?.match(/^\/[a-z]/) ? new URLSearchParams(location.search).get('to') : START, {replace: true});
      return;
    }
    const title = here.route.name ? t(`shell.page_${here.route.name}`) : '';
    document.title = title ? `${title} · Streamwire` : 'Streamwire';
    if (!first) this.querySelector('main')?.focus({preventScroll: true});
  }

  /** Space stops on the live page, wherever it is not needed for something else. */
  pressed(event) {
    if (event.code !== 'Space' || event.repeat || location_.get()?.route.name !== 'live') return;
    if (session.get().state === 'out' || event.target.closest('button, a, input, select, textarea, summary, dialog, [role=switch], [contenteditable]')) return;
    event.preventDefault();
    stopEverything();
  }
}

customElements.define('sw-app', App);
