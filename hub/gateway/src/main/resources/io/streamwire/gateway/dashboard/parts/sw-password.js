import {Component, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {ApiError, post} from '../core/api.js';
import {faultsByField, problemText} from '../core/problems.js';
import {t} from '../core/text.js';
import {field} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import {toast} from '../kit/toasts.js';

/** Changing the own password, which ends all other sessions. */
class Password extends Component {
  static properties = {current: {state: true}, next: {state: true}, problem: {state: true}, busy: {state: true}};

  constructor() {
    super();
    new Watch(this, prefs);
    this.current = '';
    this.next = '';
  }

  render() {
    const faults = faultsByField(this.problem ?? {});
    return html`<form class="card" aria-label=${t('settings.password')} novalidate @submit=${this.submit}>
      <div><h2>${t('settings.password')}</h2><p class="soft small">${t('settings.passwordText')}</p></div>
      ${this.problem ? html`<div class="note bad" role="alert">${icon('warn')}<p>${problemText(this.problem)}</p></div>` : nothing}
      ${field({name: 'current-password', label: t('settings.currentPassword'), type: 'password', value: this.current, on: (value) => (this.current = value), autocomplete: 'current-password', required: true})}
      ${field({name: 'new-password', label: t('settings.newPassword'), type: 'password', value: this.next, on: (value) => (this.next = value), autocomplete: 'new-password', hint: t('settings.passwordHint'), error: faults.new_password, required: true})}
      <div><button class="btn" type="submit" ?disabled=${this.busy || !this.current || !this.next}>${t('settings.changePassword')}</button></div></form>`;
  }

  async submit(event) {
    event.preventDefault();
    if (this.busy || !this.current || !this.next) return;
    this.busy = true;
    this.problem = undefined;
    try {
      await post('/auth/password', {current_password: this.current, new_password: this.next});
      this.current = '';
      this.next = '';
      toast(t('settings.passwordChanged'));
      this.emit('changed');
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error;
    } finally {
      this.busy = false;
    }
  }
}

customElements.define('sw-password', Password);
