import {Component, html} from '../core/element.js';
import {ago, dateTime} from '../core/format.js';

const shown = new Set();

// One clock for all of them.
setInterval(() => {
  if (document.visibilityState === 'visible') shown.forEach((element) => element.requestUpdate());
}, 1000);

/** How long ago something was; `at` is a time that `Date` takes. */
class Ago extends Component {
  static properties = {at: {attribute: false}};

  connectedCallback() {
    super.connectedCallback();
    shown.add(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    shown.delete(this);
  }

  render() {
    return html`<time datetime=${new Date(this.at).toISOString()} title=${dateTime(this.at)}>${ago(this.at)}</time>`;
  }
}

customElements.define('sw-ago', Ago);
