import {Component, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {all, newKey, post, remove, workspaceId} from '../core/api.js';
import {until} from '../core/format.js';
import {Reading} from '../core/reading.js';
import {may, session} from '../core/session.js';
import {t} from '../core/text.js';
import {chip} from '../kit/chip.js';
import {confirmDialog} from '../kit/confirm.js';
import {empty} from '../kit/empty.js';
import {field} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import {once} from '../kit/once.js';
import {forbidden, shown} from '../kit/reading.js';
import {attempt} from '../kit/toasts.js';
import '../kit/sw-ago.js';
import '../kit/sw-dialog.js';

const ROLES = ['viewer', 'moderator', 'admin'];
const LIVES = [30, 90, 365, 0];
const DAY_MS = 86_400_000;

/** Keys with which programs call the API. */
class Tokens extends Component {
  static properties = {
    params: {attribute: false}, workspace: {attribute: false}, open: {state: true}, made: {state: true}, asked: {state: true},
    name: {state: true}, role: {state: true}, days: {state: true}, busy: {state: true},
  };

  constructor() {
    super();
    new Watch(this, prefs, session);
    this.keys = new Reading(this, () => all(this.path()));
    this.name = '';
    this.role = 'viewer';
    this.days = 90;
  }

  path() {
    return `/workspaces/${workspaceId.get()}/keys`;
  }

  render() {
    return html`<div class="stack wide"><header class="page-head"><div><h1>${t('team.keys')}</h1><p>${t('team.keysText')}</p></div>
        ${may('admin') ? html`<button class="btn primary" type="button" data-action="new-key" @click=${this.begin}>${icon('plus')}${t('team.newKey')}</button>` : nothing}</header>
      ${may('admin') ? shown(this.keys, (items) => this.list(items)) : forbidden()}</div>
      <sw-dialog .heading=${t(this.made ? 'team.keyMade' : 'team.newKey')} ?open=${this.open} @closed=${this.end}
        .content=${() => (this.made ? this.secret() : this.form())}></sw-dialog>
      ${confirmDialog(this.asked, () => (this.asked = undefined))}`;
  }

  list(items) {
    if (items.length === 0) {
      const action = html`<button class="btn primary" type="button" @click=${this.begin}>${t('team.firstKey')}</button>`;
      return html`<div class="card">${empty({sign: 'tokens', title: t('team.noKeys'), text: t('team.noKeysText'), action})}</div>`;
    }
    return html`<section class="card flush" aria-label=${t('team.keys')}><ul class="rows">${items.map((key) => this.row(key))}</ul></section>`;
  }

  row({id, name, role, prefix, expires_at: end, last_used_at: used}) {
    const over = end && new Date(end) < Date.now();
    return html`<li data-key=${id}>
      <div class="grow"><b class="theirs cut block"><bdi>${name}</bdi></b>
        <div class="faint small"><span class="mono">${prefix}…</span> · ${used ? html`${t('team.used')} <sw-ago .at=${used}></sw-ago>` : t('team.neverUsed')} · ${end ? t(over ? 'team.ended' : 'team.ends', {when: until(end)}) : t('team.endless')}</div></div>
      ${over ? chip('warn', t('team.over')) : nothing}${chip(role === 'admin' ? 'warn' : 'plain', t(`shell.role_${role}`))}
      <button class="btn ghost icon" type="button" data-action="delete" aria-label=${t('team.deleteKeyName', {name})} @click=${() => this.ask({id, name})}>${icon('trash')}</button></li>`;
  }

  form() {
    return html`<form class="stack" @submit=${(event) => this.make(event)}>
      ${field({name: 'key-name', label: t('team.keyName'), value: this.name, on: (value) => (this.name = value), hint: t('team.keyNameHint'), required: true, maxlength: 120})}
      ${field({name: 'key-role', label: t('team.role'), value: this.role, on: (value) => (this.role = value), hint: t(`team.about_${this.role}`), options: ROLES.map((role) => [role, t(`shell.role_${role}`)])})}
      ${field({name: 'key-days', label: t('team.goodFor'), value: this.days, on: (value) => (this.days = Number(value)),
        options: LIVES.map((days) => [days, days === 0 ? t('team.forEver') : t('team.days', {count: days})])})}
      <button class="btn primary" type="submit" ?disabled=${this.busy || !this.name.trim()}>${t('team.makeKey')}</button></form>`;
  }

  secret() {
    const {key, role} = this.made;
    return html`${once({label: t('team.key'), text: key, warning: t('team.keyOnce')})}
      <p class="soft small">${t('team.keyUse', {role: t(`shell.role_${role}`)})}</p>
      <pre tabindex="0" aria-label=${t('team.example')}><code>curl -H "Authorization: Bearer $KEY" ${location.origin}/api/v1/devices</code></pre>`;
  }

  begin() {
    this.made = undefined;
    this.name = '';
    this.open = true;
  }

  end() {
    this.open = false;
    this.made = undefined;
  }

  async make(event) {
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    const expires = this.days > 0 ? {expires_at: new Date(Date.now() + this.days * DAY_MS).toISOString()} : {};
    this.made = await attempt(() => post(this.path(), {name: this.name.trim(), role: this.role, ...expires}, {key: newKey()}));
    this.busy = false;
    await this.keys.load();
  }

  ask({id, name}) {
    this.asked = {
      title: t('team.deleteKeyTitle', {name}),
      text: t('team.deleteKeyText'),
      label: t('shell.remove'),
      act: async () => {
        await attempt(() => remove(`${this.path()}/${id}`));
        await this.keys.load();
      },
    };
  }
}

customElements.define('sw-tokens', Tokens);
