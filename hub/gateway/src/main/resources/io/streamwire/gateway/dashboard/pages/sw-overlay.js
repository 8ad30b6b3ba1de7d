import {Component, css, html} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {OverlayLine} from '../core/overlay-line.js';
import {OVERLAYS, SIDES, SIZES} from '../core/overlays.js';
import {t} from '../core/text.js';
import {overlay} from '../parts/overlay.js';

/** What a streaming program lays over the picture: nothing but the overlay on nothing, with the key behind the # of the address. */
class OverlayPage extends Component {
  static properties = {params: {attribute: false}, workspace: {attribute: false}};

  static styles = css`
    :root[data-overlay],
    :root[data-overlay] body {
      background: transparent;
      color-scheme: only light;
      overflow: hidden;
    }

    sw-overlay {
      display: block;
      padding: 2vw;

      & main {
        grid-area: auto;
        padding: 0;
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, prefs);
    const query = new URLSearchParams(location.search);
    this.size = SIZES.find((one) => one === query.get('size')) ?? 'medium';
    this.side = SIDES.find((one) => one === query.get('side')) ?? 'start';
    this.line = new OverlayLine(location.hash.slice(1), query.get('workspace') ?? undefined);
    new Watch(this, this.line.state);
  }

  connectedCallback() {
    super.connectedCallback();
    document.documentElement.dataset.overlay = '';
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    delete document.documentElement.dataset.overlay;
    this.line.close();
  }

  willUpdate() {
    this.dataset.line = this.line.state.get();
  }

  render() {
    const {kind} = this.params;
    return html`<main id="main"><h1 class="sr-only">${t('overlays.title')}</h1>
      ${this.trouble(kind) ?? overlay(kind, {line: this.line, size: this.size, side: this.side})}</main>`;
  }

  trouble(kind) {
    const why = !(kind in OVERLAYS) ? 'noKind' : location.hash.length < 2 ? 'noKey' : this.line.state.get() === 'refused' ? 'badKey' : undefined;
    return why && html`<div class="over" data-size="small"><div class="over-panel"><span>${t(`overlays.${why}`)}</span></div></div>`;
  }
}

customElements.define('sw-overlay', OverlayPage);
