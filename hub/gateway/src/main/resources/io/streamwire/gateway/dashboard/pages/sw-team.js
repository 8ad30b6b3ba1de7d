import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {all, edit, remove, workspaceId} from '../core/api.js';
import {go} from '../core/router.js';
import {Reading} from '../core/reading.js';
import {ROLES, givable} from '../core/roles.js';
import {may, resume, session, workspace} from '../core/session.js';
import {t} from '../core/text.js';
import {avatar} from '../kit/avatar.js';
import {chip} from '../kit/chip.js';
import {confirmDialog} from '../kit/confirm.js';
import {icon} from '../kit/icon.js';
import {shown} from '../kit/reading.js';
import {attempt, toast} from '../kit/toasts.js';
import '../parts/sw-invitations.js';

/** Who belongs to the workspace, and as what; and who is invited. */
class Team extends Component {
  static properties = {params: {attribute: false}, workspace: {attribute: false}, asked: {state: true}};

  static styles = css`
    sw-team {
      display: grid;
      gap: var(--s5);

      & .roles {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(190px, 100%), 1fr));
        gap: var(--s3) var(--s5);
      }

      & .roles h3::first-letter {
        text-transform: uppercase;
      }

      & .rows select {
        width: auto;
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, prefs, session);
    this.members = new Reading(this, () => all(`/workspaces/${workspaceId.get()}/members`));
  }

  render() {
    return html`<header class="page-head"><div><h1>${t('team.title')}</h1><p>${t('team.text')}</p></div></header>
      ${shown(this.members, (members) => this.list(members))}
      ${may('admin') ? html`<sw-invitations .workspace=${this.workspace}></sw-invitations>` : nothing}
      <section class="card" aria-label=${t('team.rolesTitle')}><h2>${t('team.rolesTitle')}</h2>
        <div class="roles">${ROLES.map((role) => html`<div><h3>${t(`shell.role_${role}`)}</h3><p class="soft small">${t(`team.about_${role}`)}</p></div>`)}</div></section>
      ${confirmDialog(this.asked, () => (this.asked = undefined))}`;
  }

  list(members) {
    const owners = members.filter(({role}) => role === 'owner').length;
    const sorted = [...members].sort((one, other) => ROLES.indexOf(other.role) - ROLES.indexOf(one.role));
    return html`<section class="card flush" aria-label=${t('team.members')}>
      <div class="card-head"><h2>${t('team.members')}</h2><span class="soft small">${t('team.count', {count: members.length})}</span></div>
      <ul class="rows">${sorted.map((member) => this.row(member, owners))}</ul></section>`;
  }

  row(member, owners) {
    const {user_id: id, display_name: name, email, role} = member;
    const mine = id === session.get().user?.id;
    const roles = givable();
    const only = role === 'owner' && owners === 1;
    const changeable = may('admin') && roles.includes(role) && !only;
    return html`<li data-member=${id}>
      ${avatar({id, nickname: name})}
      <div class="grow"><div class="row tight"><b class="theirs cut"><bdi>${name}</bdi></b>${mine ? chip('accent', t('team.you')) : nothing}</div>
        <div class="faint small cut">${email}</div>${mine && only ? html`<div class="soft small">${t('team.onlyOwner')}</div>` : nothing}</div>
      ${changeable
        ? html`<select class="input" aria-label=${t('team.roleOf', {name})} .value=${role} @change=${(event) => this.change(member, event.target)}>
            ${roles.map((one) => html`<option value=${one} ?selected=${one === role}>${t(`shell.role_${one}`)}</option>`)}</select>`
        : chip('plain', t(`shell.role_${role}`))}
      ${mine
        ? html`<button class="btn small" type="button" data-action="leave" ?disabled=${only} @click=${() => this.askLeave(member)}>${t('team.leave')}</button>`
        : changeable
          ? html`<button class="btn ghost icon" type="button" data-action="remove" aria-label=${t('team.removeName', {name})} @click=${() => this.askRemove(member)}>${icon('trash')}</button>`
          : nothing}
    </li>`;
  }

  async change({user_id: id, display_name: name, role}, select) {
    const wanted = select.value;
    const done = await attempt(() => edit(this.path(id), () => ({role: wanted})));
    if (done) toast(t('team.changed', {name, role: t(`shell.role_${wanted}`)}));
    else select.value = role;
    if (id === session.get().user?.id) await resume();
    await this.members.load();
  }

  askRemove({user_id: id, display_name: name}) {
    this.asked = {
      title: t('team.removeTitle', {name}),
      text: t('team.removeText'),
      label: t('shell.remove'),
      act: async () => {
        await attempt(() => remove(this.path(id)));
        await this.members.load();
      },
    };
  }

  askLeave({user_id: id}) {
    this.asked = {
      title: t('team.leaveTitle', {name: workspace()?.name ?? ''}),
      text: t('team.leaveText'),
      label: t('team.leave'),
      act: () =>
        attempt(async () => {
          await remove(this.path(id));
          await resume();
          await go('/live');
        }),
    };
  }

  path(id) {
    return `/workspaces/${workspaceId.get()}/members/${id}`;
  }
}

customElements.define('sw-team', Team);
