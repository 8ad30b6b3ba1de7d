import {Component, html, nothing} from '../core/element.js';
import {viewerName} from '../core/events.js';
import {number} from '../core/format.js';
import {t} from '../core/text.js';

const EVERY = 15_000;
const MOST = 5;

/** Who gave most: of the stream that is live now, else of the last day. */
class OverlayGifters extends Component {
  static properties = {line: {attribute: false}, list: {state: true}};

  connectedCallback() {
    super.connectedCallback();
    this.read();
    this.timer = setInterval(() => this.read(), EVERY);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  async read() {
    try {
      const {items} = await this.line.get('/livestreams/status');
      const stream = items.find(({status}) => status === 'live');
      const which = stream ? `&livestream_id=${stream.id}&simulated=${stream.kind === 'replay'}` : '';
      this.list = (await this.line.get(`/rules/analytics/viewers?sort=diamonds&limit=${MOST}${which}`)).items;
    } catch {
      // What was shown stays until the hub answers again.
    }
  }

  render() {
    if (!this.list?.length) return nothing;
    return html`<div class="over-panel"><span class="over-head">${t('overlays.topGifters')}</span>
      <ol class="over-list">${this.list.map((viewer, at) => html`<li><b>${at + 1}</b><span class="theirs cut grow"><bdi>${viewerName(viewer)}</bdi></span><span class="over-number">${number(viewer.diamonds)}</span></li>`)}</ol></div>`;
  }
}

customElements.define('sw-overlay-gifters', OverlayGifters);
