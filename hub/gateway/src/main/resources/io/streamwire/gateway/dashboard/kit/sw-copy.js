import {Component, html} from '../core/element.js';
import {t} from '../core/text.js';
import {icon} from './icon.js';

/** A button that copies `text`; `label` says what it is. */
class Copy extends Component {
  static properties = {text: {attribute: false}, label: {}, done: {state: true}};

  render() {
    return html`<button class="btn small" type="button" @click=${this.copy}>
      ${icon(this.done ? 'check' : 'copy')}<span aria-live="polite">${this.done ? t('shell.copied') : (this.label ?? t('shell.copy'))}</span>
    </button>`;
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.text);
    } catch {
      return this.mark();
    }
    this.done = true;
    setTimeout(() => (this.done = false), 2000);
  }

  /** Where the browser does not let us copy, the text is at least marked, for the keyboard. */
  mark() {
    const place = this.closest('.copyable')?.querySelector('code, pre');
    if (place) getSelection().selectAllChildren(place);
  }
}

customElements.define('sw-copy', Copy);
