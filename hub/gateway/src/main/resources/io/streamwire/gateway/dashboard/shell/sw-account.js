import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {LANGUAGES, prefs, setPrefs} from '../core/prefs.js';
import {session, signOut} from '../core/session.js';
import {workspaceId} from '../core/api.js';
import {go} from '../core/router.js';
import {t} from '../core/text.js';
import {icon} from '../kit/icon.js';
import {field, segments} from '../kit/field.js';
import {attempt} from '../kit/toasts.js';
import {links, navLink} from './sw-side.js';
import '../kit/sw-dialog.js';
import './sw-workspace.js';

/** The menu of who is signed in: looks, language, and on a phone every other page. */
class Account extends Component {
  static properties = {route: {attribute: false}, open: {state: true}};

  static styles = css`
    sw-account .places {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(150px, 1fr));
      gap: 2px;

      @media (min-width: 800px) {
        display: none;
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, session, prefs, workspaceId);
  }

  render() {
    return html`<button class="btn ghost icon" type="button" aria-label=${t('shell.menu')} aria-haspopup="dialog" @click=${() => (this.open = true)}>
        ${icon('more')}
      </button>
      <sw-dialog read .heading=${session.get().user?.display_name ?? t('shell.menu')} ?open=${this.open} @closed=${() => (this.open = false)}
        @click=${(event) => this.followed(event)} .content=${() => this.content()}></sw-dialog>`;
  }

  content() {
    const {theme, motion, language} = prefs.get();
    return html`<nav class="places" aria-label=${t('shell.allPages')}>
        ${[...links('main'), ...links('more')].map((route) => navLink(route, this.route))}
      </nav>
      <div class="field"><span class="label">${t('shell.workspace')}</span><sw-workspace></sw-workspace></div>
      <div class="field"><span class="label">${t('shell.theme')}</span><div>
        ${segments({label: t('shell.theme'), value: theme, on: (value) => setPrefs({theme: value}),
          options: ['dark', 'light', 'contrast'].map((name) => [name, t(`shell.theme_${name}`)])})}</div></div>
      <div class="field"><span class="label">${t('shell.motion')}</span><div>
        ${segments({label: t('shell.motion'), value: motion, on: (value) => setPrefs({motion: value}),
          options: [['system', t('shell.motionSystem')], ['less', t('shell.motionLess')]]})}</div></div>
      ${field({name: 'language', label: t('shell.language'), value: language, options: Object.entries(LANGUAGES), on: (value) => setPrefs({language: value})})}
      <div class="row apart"><span class="soft small cut">${session.get().user?.email ?? ''}</span>
        <button class="btn" type="button" @click=${(event) => this.leave(event)}>${icon('out')}${t('shell.signOut')}</button></div>`;
  }

  followed(event) {
    if (event.target.closest('a')) this.open = false;
  }

  async leave() {
    await attempt(signOut);
    this.open = false;
    go('/sign-in', {replace: true});
  }
}

customElements.define('sw-account', Account);
