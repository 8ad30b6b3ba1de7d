import {Component, html} from '../core/element.js';
import {ApiError, all, call} from '../core/api.js';
import {problemText} from '../core/problems.js';
import {rules} from '../core/rules.js';
import {t} from '../core/text.js';
import {dateTime} from '../core/format.js';
import {icon} from '../kit/icon.js';
import {attempt, toast} from '../kit/toasts.js';
import '../kit/sw-dialog.js';

const NEWEST = 400;

/** The rules that were deleted lately, and the way back for each. Tells `restored` and `closed`. */
class DeletedRules extends Component {
  static properties = {open: {type: Boolean}, gone: {state: true}, problem: {state: true}};

  willUpdate(changed) {
    if (changed.has('open') && this.open) this.read();
  }

  async read() {
    this.gone = undefined;
    this.problem = undefined;
    try {
      const changes = await all('/rules/history', NEWEST);
      const seen = new Set();
      this.gone = changes.filter(({rule_id: id, change}) => {
        const newest = !seen.has(id);
        seen.add(id);
        return newest && change === 'deleted' && !rules.get()?.has(id);
      });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error;
    }
  }

  render() {
    return html`<sw-dialog .heading=${t('rules.deleted')} ?open=${this.open} .content=${() => this.content()}></sw-dialog>`;
  }

  content() {
    if (this.problem) return html`<p class="error">${problemText(this.problem)}</p>`;
    if (!this.gone) return html`<p class="soft">${t('shell.loading')}</p>`;
    if (this.gone.length === 0) return html`<p class="soft">${t('rules.deletedNone')}</p>`;
    return html`<p class="soft">${t('rules.deletedText')}</p><ul class="stack">${this.gone.map(
      ({rule_id: id, name, version, changed_at: at}) => html`<li class="row apart"><span><b>${name}</b> <span class="soft small">${dateTime(at)}</span></span>
        <button class="btn small" type="button" data-restore=${id} @click=${() => this.restore(id, name, version)}>${icon('back')}${t('rules.bringBack')}</button></li>`,
    )}</ul>`;
  }

  async restore(id, name, version) {
    const done = await attempt(() => call('POST', `/rules/${id}/rollback`, {body: {version}, etag: `"${version}"`}));
    if (!done) return;
    this.gone = this.gone.filter(({rule_id: one}) => one !== id);
    toast(t('rules.broughtBack', {name}));
    this.emit('restored');
  }
}

customElements.define('sw-deleted-rules', DeletedRules);
