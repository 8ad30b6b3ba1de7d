import {Component, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {all, newKey, post, remove, workspaceId} from '../core/api.js';
import {until} from '../core/format.js';
import {Reading} from '../core/reading.js';
import {givable} from '../core/roles.js';
import {t} from '../core/text.js';
import {chip} from '../kit/chip.js';
import {empty} from '../kit/empty.js';
import {field} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import {once} from '../kit/once.js';
import {shown} from '../kit/reading.js';
import {attempt} from '../kit/toasts.js';
import '../kit/sw-dialog.js';

const DAY = 86_400;
const LIVES = [1, 7, 30];

/** Who is invited and has not come yet, and inviting. */
class Invitations extends Component {
  static properties = {workspace: {attribute: false}, open: {state: true}, made: {state: true}, role: {state: true}, email: {state: true}, days: {state: true}, busy: {state: true}};

  constructor() {
    super();
    new Watch(this, prefs);
    this.invitations = new Reading(this, () => all(this.path()));
    this.role = 'moderator';
    this.email = '';
    this.days = 7;
  }

  path() {
    return `/workspaces/${workspaceId.get()}/invitations`;
  }

  render() {
    return html`<section class="card flush" aria-label=${t('team.invitations')}>
        <div class="card-head"><h2>${t('team.invitations')}</h2>
          <button class="btn primary" type="button" data-action="invite" @click=${this.begin}>${icon('plus')}${t('team.invite')}</button></div>
        ${shown(this.invitations, (items) => (items.length === 0
          ? empty({sign: 'team', title: t('team.noInvitations'), text: t('team.noInvitationsText')})
          : html`<ul class="rows">${items.map((one) => this.row(one))}</ul>`))}
      </section>
      <sw-dialog .heading=${t(this.made ? 'team.inviteMade' : 'team.inviteTitle')} ?open=${this.open} @closed=${this.end}
        .content=${() => (this.made ? this.link() : this.form())}></sw-dialog>`;
  }

  row({id, role, email, invited_by: by, expires_at: end}) {
    return html`<li data-invitation=${id}>
      <div class="grow"><b class="cut block">${email ?? t('team.anybody')}</b>
        <div class="faint small">${by.display_name ? html`${t('team.invitedBy')} <span class="theirs"><bdi>${by.display_name}</bdi></span> · ` : nothing}${t('team.ends', {when: until(end)})}</div></div>
      ${chip('plain', t(`shell.role_${role}`))}
      <button class="btn small" type="button" data-action="revoke" @click=${() => this.revoke(id)}>${t('team.revoke')}</button></li>`;
  }

  form() {
    return html`<form class="stack" @submit=${(event) => this.invite(event)}>
      ${field({name: 'invitation-role', label: t('team.role'), value: this.role, on: (value) => (this.role = value), hint: t(`team.about_${this.role}`),
        options: givable().map((role) => [role, t(`shell.role_${role}`)])})}
      ${field({name: 'invitation-email', label: `${t('team.email')} (${t('shell.optional')})`, type: 'email', value: this.email, on: (value) => (this.email = value), hint: t('team.emailHint'), autocapitalize: 'none'})}
      ${field({name: 'invitation-days', label: t('team.goodFor'), value: this.days, on: (value) => (this.days = Number(value)), options: LIVES.map((days) => [days, t('team.days', {count: days})])})}
      <button class="btn primary" type="submit" ?disabled=${this.busy}>${t('team.makeLink')}</button></form>`;
  }

  link() {
    return once({label: t('team.link'), text: `${location.origin}/invitations#${this.made.secret}`, warning: t('team.linkOnce')});
  }

  begin() {
    this.made = undefined;
    this.email = '';
    this.open = true;
  }

  end() {
    this.open = false;
    this.made = undefined;
  }

  async invite(event) {
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    const email = this.email.trim();
    this.made = await attempt(() => post(this.path(), {role: this.role, expires_in: this.days * DAY, ...(email ? {email} : {})}, {key: newKey()}));
    this.busy = false;
    await this.invitations.load();
  }

  async revoke(id) {
    await attempt(() => remove(`${this.path()}/${id}`));
    await this.invitations.load();
  }
}

customElements.define('sw-invitations', Invitations);
