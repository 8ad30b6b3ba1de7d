import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {ApiError, post} from '../core/api.js';
import {until} from '../core/format.js';
import {go} from '../core/router.js';
import {choose, resume, session, signIn, signOut} from '../core/session.js';
import {faultsByField, problemText} from '../core/problems.js';
import {t} from '../core/text.js';
import {empty, loading} from '../kit/empty.js';
import {field} from '../kit/field.js';
import {icon, logo} from '../kit/icon.js';

/** What an invitation is about, and accepting it: signed in, after signing in, or with a new account. Its secret is behind the # of the address. */
class InvitationPage extends Component {
  static properties = {
    params: {attribute: false}, workspace: {attribute: false}, found: {state: true}, refused: {state: true}, problem: {state: true},
    known: {state: true}, name: {state: true}, email: {state: true}, password: {state: true}, busy: {state: true},
  };

  static styles = css`
    sw-invitation {
      display: grid;
      place-items: center;
      min-height: 100dvh;
      padding: var(--s4);

      & main {
        display: grid;
        grid-area: auto;
        gap: var(--s5);
        width: min(440px, 100%);
        padding: 0;
      }

      & .mark {
        display: flex;
        align-items: center;
        gap: var(--s3);
        font-size: var(--t-xl);
        font-weight: 750;
        letter-spacing: -0.02em;
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, prefs, session);
    this.name = '';
    this.email = '';
    this.password = '';
    this.changed = () => this.look();
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener('hashchange', this.changed);
    this.look();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.changed);
  }

  get secret() {
    return location.hash.slice(1);
  }

  async look() {
    this.found = undefined;
    this.refused = undefined;
    try {
      this.found = await post('/auth/invitations/look', {secret: this.secret});
      this.email = this.found.email ?? '';
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.refused = error;
    }
  }

  render() {
    return html`<main id="main"><div class="mark">${logo()}Streamwire</div>${this.content()}</main>`;
  }

  content() {
    if (this.refused) return this.nothingThere();
    const {state} = session.get();
    if (!this.found || state === 'unknown') return html`<h1 class="sr-only">${t('team.invitation')}</h1>${loading(t('shell.loading'))}`;
    const {workspace_name: name, role, invited_by: by, expires_at: end} = this.found;
    return html`<div class="card">
      <h1><span class="theirs"><bdi>${name}</bdi></span></h1>
      <p>${by.display_name ? html`<b class="theirs"><bdi>${by.display_name}</bdi></b> ${t('team.invitesYou', {role: t(`shell.role_${role}`)})}` : t('team.youAreInvited', {role: t(`shell.role_${role}`)})}</p>
      <p class="soft small">${t(`team.about_${role}`)} ${t('team.endsThen', {when: until(end)})}</p>
      ${this.problem ? html`<div class="note bad" role="alert">${icon('warn')}<p>${problemText(this.problem)}</p></div>` : nothing}
      ${state === 'in' ? this.asMyself() : this.form()}</div>`;
  }

  nothingThere() {
    const gone = this.refused.status === 404 || this.refused.status === 422;
    return html`<div class="card"><h1 class="sr-only">${t('team.invitation')}</h1>${empty({
      sign: 'team',
      title: t(gone ? 'team.invitationGone' : 'team.invitationUnread'),
      text: gone ? t('team.invitationGoneText') : problemText(this.refused),
      action: gone ? html`<a class="btn" href="/live">${t('team.toStreamwire')}</a>` : html`<button class="btn" type="button" @click=${() => this.look()}>${t('shell.tryAgain')}</button>`,
    })}</div>`;
  }

  asMyself() {
    return html`<p class="soft">${t('team.signedInAs', {email: session.get().user.email})}</p>
      <button class="btn primary full" type="button" data-action="accept" ?disabled=${this.busy} @click=${() => this.attempt(() => this.accept())}>${t('team.accept')}</button>
      <button class="btn full" type="button" ?disabled=${this.busy} @click=${() => this.attempt(signOut)}>${t('team.otherAccount')}</button>`;
  }

  form() {
    const faults = faultsByField(this.problem ?? {});
    return html`<form class="stack" novalidate @submit=${this.submit}>
      ${this.known ? nothing : field({name: 'display_name', label: t('team.yourName'), value: this.name, on: (value) => (this.name = value), autocomplete: 'name', required: true, maxlength: 120, error: faults.display_name})}
      ${field({name: 'email', label: t('team.email'), type: 'email', value: this.email, on: (value) => (this.email = value), autocomplete: 'username', required: true, autocapitalize: 'none', spellcheck: 'false', error: faults.email, disabled: Boolean(this.found.email)})}
      ${field({name: 'password', label: t('team.password'), type: 'password', value: this.password, on: (value) => (this.password = value), autocomplete: this.known ? 'current-password' : 'new-password', required: true, hint: this.known ? undefined : t('team.passwordHint'), error: faults.password})}
      <button class="btn primary full" type="submit" ?disabled=${this.busy}>${t(this.known ? 'team.signInAccept' : 'team.registerAccept')}</button></form>
      <p class="soft"><button class="link" type="button" @click=${() => (this.known = !this.known)}>${t(this.known ? 'team.noAccountYet' : 'team.haveAccount')}</button></p>`;
  }

  submit(event) {
    event.preventDefault();
    return this.attempt(() => (this.known ? this.signInAndAccept() : this.register()));
  }

  async attempt(action) {
    if (this.busy) return;
    this.busy = true;
    this.problem = undefined;
    try {
      await action();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error;
    } finally {
      this.busy = false;
    }
  }

  async accept() {
    const {id} = await post('/auth/invitations/accept', {secret: this.secret});
    await this.enter(id);
  }

  async signInAndAccept() {
    const {secret} = this;
    await signIn(this.email.trim(), this.password);
    const {id} = await post('/auth/invitations/accept', {secret});
    await this.enter(id);
  }

  async register() {
    const email = this.email.trim();
    const {joined} = await post('/auth/register', {email, password: this.password, display_name: this.name.trim(), invitation: this.secret});
    await signIn(email, this.password);
    await this.enter(joined.id);
  }

  async enter(id) {
    choose(id);
    await resume();
    await go('/live', {replace: true});
  }
}

customElements.define('sw-invitation', InvitationPage);
