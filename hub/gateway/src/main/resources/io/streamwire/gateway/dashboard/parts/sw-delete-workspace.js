import {Component, html} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {remove, workspaceId} from '../core/api.js';
import {go} from '../core/router.js';
import {resume, session, workspace} from '../core/session.js';
import {t} from '../core/text.js';
import {field} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import {attempt, toast} from '../kit/toasts.js';
import '../kit/sw-dialog.js';

/** Deleting the workspace with everything in it, after its name was typed. */
class DeleteWorkspace extends Component {
  static properties = {workspace: {attribute: false}, open: {state: true}, typed: {state: true}, busy: {state: true}};

  constructor() {
    super();
    new Watch(this, prefs, session, workspaceId);
    this.typed = '';
  }

  render() {
    const name = workspace()?.name ?? '';
    return html`<section class="card" aria-label=${t('settings.delete')}><div class="row apart">
        <div class="grow"><h2>${t('settings.delete')}</h2><p class="soft small">${t('settings.deleteText')}</p></div>
        <button class="btn danger" type="button" data-action="delete-workspace" @click=${this.begin}>${icon('trash')}${t('settings.deleteNow')}</button></div></section>
      <sw-dialog .heading=${t('settings.deleteTitle')} ?open=${this.open} @closed=${() => (this.open = false)} .content=${() => this.form(name)}></sw-dialog>`;
  }

  form(name) {
    return html`<form class="stack" @submit=${(event) => this.submit(event, name)}>
      <div class="note bad">${icon('warn')}<p>${t('settings.deleteWarning')}</p></div>
      <p>${t('settings.typeName')} <b class="theirs"><bdi>${name}</bdi></b></p>
      ${field({name: 'typed-name', label: t('settings.workspaceName'), value: this.typed, on: (value) => (this.typed = value), spellcheck: 'false'})}
      <button class="btn danger" type="submit" ?disabled=${this.busy || this.typed.trim() !== name.trim()}>${t('settings.deleteForGood')}</button></form>`;
  }

  begin() {
    this.typed = '';
    this.open = true;
  }

  async submit(event, name) {
    event.preventDefault();
    if (this.busy || this.typed.trim() !== name.trim()) return;
    this.busy = true;
    await attempt(async () => {
      await remove(`/workspaces/${workspaceId.get()}`);
      this.open = false;
      await resume();
      toast(t('settings.deleted', {name}));
      await go(session.get().workspaces.length > 0 ? '/live' : '/settings');
    });
    this.busy = false;
  }
}

customElements.define('sw-delete-workspace', DeleteWorkspace);
