import {Component, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {remove} from '../core/api.js';
import {Listing} from '../core/reading.js';
import {t} from '../core/text.js';
import {chip} from '../kit/chip.js';
import {moreOf, shown} from '../kit/reading.js';
import {attempt} from '../kit/toasts.js';
import '../kit/sw-ago.js';

const BROWSERS = [['Edg/', 'Edge'], ['OPR/', 'Opera'], ['Firefox/', 'Firefox'], ['Chrome/', 'Chrome'], ['Safari/', 'Safari']];
const SYSTEMS = [['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Android', 'Android'], ['Windows', 'Windows'], ['Mac OS', 'macOS'], ['CrOS', 'ChromeOS'], ['Linux', 'Linux']];
const within = (text, pairs) => pairs.find(([sign]) => text.includes(sign))?.[1];

/** Where somebody is signed in, and ending that. */
class Sessions extends Component {
  constructor() {
    super();
    new Watch(this, prefs);
    this.sessions = new Listing(this, () => '/auth/sessions?limit=20');
  }

  render() {
    return html`<section class="card flush" aria-label=${t('settings.sessions')}>
      <div class="card-head"><div><h2>${t('settings.sessions')}</h2><p class="soft small">${t('settings.sessionsText')}</p></div></div>
      ${shown(this.sessions, ({items}) => html`<ul class="rows">${items.map((one) => this.row(one))}</ul>`)}
      ${moreOf(this.sessions)}</section>`;
  }

  row({id, kind, user_agent: agent, address, created_at: began, last_used_at: used, current}) {
    const what = [within(agent, BROWSERS), within(agent, SYSTEMS)].filter(Boolean).join(' · ') || agent || t('settings.unknownProgram');
    return html`<li data-session=${id}>
      <div class="grow"><div class="row tight"><b class="cut" title=${agent}>${what}</b>${current ? chip('good', t('settings.thisOne')) : nothing}${kind === 'tokens' ? chip('plain', t('settings.program')) : nothing}</div>
        <div class="faint small"><span class="mono">${address}</span> · ${t('settings.began')} <sw-ago .at=${began}></sw-ago> · ${t('settings.used')} <sw-ago .at=${used}></sw-ago></div></div>
      ${current ? nothing : html`<button class="btn small" type="button" data-action="end" @click=${() => this.end(id)}>${t('settings.endSession')}</button>`}</li>`;
  }

  again() {
    return this.sessions.load();
  }

  async end(id) {
    await attempt(() => remove(`/auth/sessions/${id}`));
    await this.again();
  }
}

customElements.define('sw-sessions', Sessions);
