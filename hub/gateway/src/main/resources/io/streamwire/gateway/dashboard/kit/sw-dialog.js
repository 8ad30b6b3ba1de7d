import {Component, html, nothing} from '../core/element.js';
import {t} from '../core/text.js';
import {icon} from './icon.js';

let made = 0;

/**
 * Asks or shows something over the page: `heading`, `content` (a function that renders), `actions` (the same); tells `closed`. One
 * that is `read` begins at its top, any other in its first field. It is not modal to the browser, because then STOP could not be pressed.
 */
class Dialog extends Component {
  static properties = {heading: {}, content: {attribute: false}, actions: {attribute: false}, open: {type: Boolean}, read: {type: Boolean}};

  #headingId = `dialog-${++made}`;
  #before = null;

  connectedCallback() {
    super.connectedCallback();
    addEventListener('keydown', this.#pressed);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#pressed);
  }

  render() {
    if (!this.open) return nothing;
    return html`<div class="veil" @click=${this.close}></div>
      <dialog class="dialog" open tabindex="-1" aria-labelledby=${this.#headingId}>
        <div class="dialog-body">
          <div class="row apart">
            <h2 id=${this.#headingId}>${this.heading}</h2>
            <button class="btn ghost icon" type="button" aria-label=${t('shell.close')} @click=${this.close}>${icon('close')}</button>
          </div>
          ${this.content?.() ?? nothing}
          ${this.actions ? html`<div class="dialog-foot">${this.actions()}</div>` : nothing}
        </div>
      </dialog>`;
  }

  updated(changed) {
    if (!changed.has('open')) return;
    if (this.open) {
      this.#before = document.activeElement;
      const field = this.read ? null : this.querySelector('dialog [autofocus], dialog .input');
      (field ?? this.querySelector('dialog')).focus();
    } else if (changed.get('open')) {
      this.#before?.focus?.();
    }
  }

  close() {
    this.emit('closed');
  }

  #pressed = (event) => {
    if (this.open && event.key === 'Escape') this.close();
  };
}

customElements.define('sw-dialog', Dialog);
