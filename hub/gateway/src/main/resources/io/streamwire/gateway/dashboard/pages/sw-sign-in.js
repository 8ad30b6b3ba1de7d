import {Component, css, html, nothing} from '../core/element.js';
import {ApiError} from '../core/api.js';
import {go} from '../core/router.js';
import {register, signIn} from '../core/session.js';
import {faultsByField, problemText} from '../core/problems.js';
import {t} from '../core/text.js';
import {field} from '../kit/field.js';
import {icon, logo} from '../kit/icon.js';

const FIELDS = ['display_name', 'email', 'password'];

/** Signing in, and making an account. */
class SignIn extends Component {
  static properties = {params: {attribute: false}, email: {state: true}, password: {state: true}, name: {state: true}, problem: {state: true}, busy: {state: true}};

  static styles = css`
    sw-sign-in {
      display: grid;
      gap: var(--s5);
      width: min(400px, calc(100vw - 32px));

      & .mark {
        display: flex;
        align-items: center;
        gap: var(--s3);
        font-size: var(--t-xl);
        font-weight: 750;
        letter-spacing: -0.02em;
      }

      & .mark .logo {
        width: 40px;
        height: 40px;
      }
    }
  `;

  constructor() {
    super();
    this.email = '';
    this.password = '';
    this.name = '';
  }

  /** What was wrong with signing in says nothing about a new account, and the other way round. */
  willUpdate(changed) {
    if (!changed.has('params')) return;
    if (this.at !== undefined && this.at !== location.pathname) {
      this.problem = undefined;
      this.password = '';
    }
    this.at = location.pathname;
  }

  get registers() {
    return location.pathname === '/register';
  }

  render() {
    const {registers} = this;
    const faults = faultsByField(this.problem ?? {});
    return html`<div class="mark">${logo()}Streamwire</div>
      <form class="card" @submit=${this.submit} novalidate>
        <h1>${registers ? t('entry.registerTitle') : t('entry.signInTitle')}</h1>
        ${registers ? html`<p class="soft">${t('entry.registerText')}</p>` : nothing}
        ${this.problem ? html`<div class="note bad" role="alert">${icon('warn')}<p>${problemText(this.problem, {faults: !Object.keys(faults).every((name) => FIELDS.includes(name))})}</p></div>` : nothing}
        ${registers
          ? field({name: 'display_name', label: t('entry.name'), value: this.name, on: (value) => (this.name = value), autocomplete: 'name', required: true, maxlength: 100, error: faults.display_name})
          : nothing}
        ${field({name: 'email', label: t('entry.email'), type: 'email', value: this.email, on: (value) => (this.email = value), autocomplete: 'username', required: true, autocapitalize: 'none', spellcheck: 'false', error: faults.email})}
        ${field({name: 'password', label: t('entry.password'), type: 'password', value: this.password, on: (value) => (this.password = value), autocomplete: registers ? 'new-password' : 'current-password', required: true, hint: registers ? t('entry.passwordHint') : undefined, error: faults.password})}
        <button class="btn primary full" type="submit" ?disabled=${this.busy}>${registers ? t('entry.register') : t('entry.signIn')}</button>
      </form>
      <p class="soft">${registers ? t('entry.haveAccount') : t('entry.noAccount')}
        <a href="${registers ? '/sign-in' : '/register'}${location.search}">${registers ? t('entry.signIn') : t('entry.register')}</a></p>`;
  }

  async submit(event) {
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    this.problem = undefined;
    try {
      if (this.registers) await register(this.email.trim(), this.password, this.name.trim());
      else await signIn(this.email.trim(), this.password);
      go(this.registers ? '/start' : wanted(), {replace: true});
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error;
    } finally {
      this.busy = false;
    }
  }
}

/** Where somebody wanted to go before signing in; only a path of this dashboard. */
function wanted() {
  const to = new URLSearchParams(location.search).get('to') ?? '';
  return /^\/[a-z]/.test(to) ? to : '/live';
}

customElements.define('sw-sign-in', SignIn);
