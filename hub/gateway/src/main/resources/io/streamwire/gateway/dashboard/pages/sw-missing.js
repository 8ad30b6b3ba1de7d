import {Component, html} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {t} from '../core/text.js';

/** What an address shows that no page has. */
class Missing extends Component {
  constructor() {
    super();
    new Watch(this, prefs);
  }

  render() {
    return html`<div class="card">
      <h1>${t('shell.page_missing')}</h1>
      <p class="soft">${t('shell.missingText')}</p>
      <div><a class="btn primary" href="/live">${t('shell.missingGo')}</a></div>
    </div>`;
  }
}

customElements.define('sw-missing', Missing);
