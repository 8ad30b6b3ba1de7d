import {Component, html, nothing} from '../core/element.js';

const WAITING = 5;
const LONGEST = 300;

/** What rules say by their action `overlay`, one after the other. */
class OverlayMessage extends Component {
  static properties = {line: {attribute: false}, now: {state: true}};

  constructor() {
    super();
    this.waiting = [];
  }

  connectedCallback() {
    super.connectedCallback();
    this.line.hear('overlay', (message, event) => event === 'overlay_triggered' && this.heard(message));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  heard({text, for_ms: ms}) {
    this.waiting = [...this.waiting, {text, ms}].slice(-WAITING);
    if (!this.timer) this.next();
  }

  next() {
    this.now = this.waiting.shift();
    this.timer = this.now && setTimeout(() => this.next(), this.now.ms);
  }

  render() {
    return this.now ? html`<div class="over-panel"><strong class="theirs over-two"><bdi>${this.now.text.slice(0, LONGEST)}</bdi></strong></div>` : nothing;
  }
}

customElements.define('sw-overlay-message', OverlayMessage);
