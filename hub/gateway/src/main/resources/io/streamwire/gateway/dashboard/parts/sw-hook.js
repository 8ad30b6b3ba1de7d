import {Component, css, html, nothing} from '../core/element.js';
import {ApiError, get, newKey, post, remove} from '../core/api.js';
import {may} from '../core/session.js';
import {t} from '../core/text.js';
import {once} from '../kit/once.js';
import {icon} from '../kit/icon.js';
import {attempt} from '../kit/toasts.js';

/** The address and secret by which another program sets off a rule. */
class Hook extends Component {
  static properties = {rule: {attribute: false}, hook: {state: true}, made: {state: true}};

  static styles = css`
    sw-hook {
      display: grid;
      gap: var(--s3);
    }
  `;

  willUpdate(changed) {
    if (!changed.has('rule') || this.rule.id === this.read) return;
    this.read = this.rule.id;
    this.hook = undefined;
    this.made = undefined;
    if (this.rule.id && may('admin')) this.load();
  }

  async load() {
    try {
      this.hook = await get(`/rules/${this.rule.id}/webhook`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  render() {
    if (!this.rule.id) return html`<p class="soft small">${t('editor.hookLater')}</p>`;
    if (!may('admin')) return nothing;
    return html`${this.hook && !this.made ? html`<p class="small">${t('editor.hookUrl')} <code>${absolute(this.hook.url)}</code></p>` : nothing}
      ${this.made ? html`${once({label: t('editor.hookSecret'), text: this.made.secret, warning: t('editor.hookOnce')})}<p class="small">${t('editor.hookUrl')} <code>${absolute(this.made.url)}</code></p>` : nothing}
      <div class="row tight"><button class="btn small" type="button" @click=${() => this.make()}>${icon('bolt')}${t(this.hook ? 'editor.hookAnew' : 'editor.hookMake')}</button>
        ${this.hook ? html`<button class="btn ghost small" type="button" @click=${() => this.end()}>${icon('trash')}${t('editor.hookEnd')}</button>` : nothing}</div>`;
  }

  async make() {
    const made = await attempt(() => post(`/rules/${this.rule.id}/webhook`, undefined, {key: newKey()}));
    if (!made) return;
    this.made = made;
    this.hook = made;
  }

  async end() {
    await attempt(async () => {
      await remove(`/rules/${this.rule.id}/webhook`);
      this.hook = undefined;
      this.made = undefined;
    });
  }
}

const absolute = (url) => new URL(url, location.origin).href;

customElements.define('sw-hook', Hook);
