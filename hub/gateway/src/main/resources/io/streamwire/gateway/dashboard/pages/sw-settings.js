import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {LANGUAGES, prefs, setPrefs} from '../core/prefs.js';
import {edit, newKey, post, workspaceId} from '../core/api.js';
import {dateTime, zone} from '../core/format.js';
import {choose, may, resume, session, workspace} from '../core/session.js';
import {t} from '../core/text.js';
import {field, segments} from '../kit/field.js';
import {attempt, toast} from '../kit/toasts.js';
import '../parts/sw-delete-workspace.js';
import '../parts/sw-password.js';
import '../parts/sw-sessions.js';
import '../parts/sw-webhooks.js';

const ZONES = ['UTC', ...(Intl.supportedValuesOf?.('timeZone') ?? []).filter((name) => name !== 'UTC')];

/** How things look, who somebody is, and the workspace. */
class Settings extends Component {
  static properties = {params: {attribute: false}, workspace: {attribute: false}, name: {state: true}, me: {state: true}, fresh: {state: true}, busy: {state: true}};

  static styles = css`
    sw-settings {
      display: grid;
      gap: var(--s5);

      & .pair {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 1fr));
        gap: var(--s5);
      }

      & .naming {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: end;
        gap: var(--s3);
      }

      & .naming .btn {
        min-height: 44px;
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, prefs, session, workspaceId);
  }

  willUpdate(changed) {
    if (changed.has('workspace')) this.name = undefined;
  }

  render() {
    return html`<header class="page-head"><div><h1>${t('settings.title')}</h1><p>${t('settings.text')}</p></div></header>
      <div class="pair">${this.looks()}<div class="stack wide">${this.account()}<sw-password @changed=${() => this.querySelector('sw-sessions').again()}></sw-password></div></div>
      <sw-sessions></sw-sessions>
      ${this.workspaces()}
      ${may('admin') ? html`<sw-webhooks .workspace=${this.workspace}></sw-webhooks>` : nothing}
      ${may('owner') ? html`<sw-delete-workspace .workspace=${this.workspace}></sw-delete-workspace>` : nothing}`;
  }

  looks() {
    const {theme, motion, language, zone: chosen} = prefs.get();
    return html`<section class="card" aria-label=${t('settings.looks')}><div><h2>${t('settings.looks')}</h2><p class="soft small">${t('settings.looksText')}</p></div>
      <div class="field"><span class="label">${t('shell.theme')}</span><div>${segments({label: t('shell.theme'), value: theme, on: (value) => setPrefs({theme: value}),
        options: ['dark', 'light', 'contrast'].map((name) => [name, t(`shell.theme_${name}`)])})}</div></div>
      <div class="field"><span class="label">${t('shell.motion')}</span><div>${segments({label: t('shell.motion'), value: motion, on: (value) => setPrefs({motion: value}),
        options: [['system', t('shell.motionSystem')], ['less', t('shell.motionLess')]]})}</div></div>
      ${field({name: 'settings-language', label: t('shell.language'), value: language, options: Object.entries(LANGUAGES), on: (value) => setPrefs({language: value})})}
      ${field({name: 'settings-zone', label: t('settings.zone'), value: chosen ?? '', on: (value) => setPrefs({zone: value || undefined}),
        options: [['', t('settings.zoneOfDevice', {zone: Intl.DateTimeFormat().resolvedOptions().timeZone})], ...ZONES.map((name) => [name, name.replaceAll('_', ' ')])],
        hint: t('settings.zoneHint', {now: dateTime(Date.now()), zone: zone()})})}</section>`;
  }

  account() {
    const {user} = session.get();
    const name = this.me ?? user?.display_name ?? '';
    return html`<section class="card" aria-label=${t('settings.account')}><div><h2>${t('settings.account')}</h2><p class="soft small cut">${user?.email ?? ''}</p></div>
      ${this.naming({name: 'my-name', label: t('settings.myName'), value: name, same: name.trim() === user?.display_name, on: (value) => (this.me = value), save: () => this.rename('/auth/me', {display_name: name.trim()}, () => (this.me = undefined))})}</section>`;
  }

  workspaces() {
    const now = workspace();
    const name = this.name ?? now?.name ?? '';
    return html`<section class="card" aria-label=${t('shell.workspace')}><h2>${t('shell.workspace')}</h2>
      ${may('admin')
        ? this.naming({name: 'workspace-name', label: t('settings.workspaceName'), value: name, same: name.trim() === now?.name, on: (value) => (this.name = value), save: () => this.rename(`/workspaces/${now.id}`, {name: name.trim()}, () => (this.name = undefined))})
        : now ? html`<dl class="facts"><dt>${t('settings.workspaceName')}</dt><dd><span class="theirs"><bdi>${now.name}</bdi></span></dd><dt>${t('settings.yourRole')}</dt><dd>${t(`shell.role_${now.role}`)}</dd></dl>` : nothing}
      ${this.naming({name: 'new-workspace', label: t('settings.newWorkspace'), hint: t('settings.newWorkspaceHint'), value: this.fresh ?? '', same: !this.fresh?.trim(), on: (value) => (this.fresh = value), save: () => this.make(), action: t('settings.make')})}</section>`;
  }

  naming({name, label, hint, value, same, on, save, action}) {
    const submit = async (event) => {
      event.preventDefault();
      if (same || this.busy || !value.trim()) return;
      this.busy = true;
      await attempt(save);
      this.busy = false;
    };
    return html`<form class="stack tight" @submit=${submit}><div class="naming">${field({name, label, value, on, maxlength: 120})}
      <button class="btn" type="submit" ?disabled=${same || this.busy || !value.trim()}>${action ?? t('shell.save')}</button></div>${hint ? html`<p class="hint">${hint}</p>` : nothing}</form>`;
  }

  async rename(path, change, done) {
    await edit(path, () => change);
    await resume();
    done();
    toast(t('settings.saved'));
  }

  async make() {
    const {id} = await post('/workspaces', {name: this.fresh.trim()}, {key: newKey()});
    choose(id);
    await resume();
    this.fresh = undefined;
    toast(t('settings.made'));
  }
}

customElements.define('sw-settings', Settings);
