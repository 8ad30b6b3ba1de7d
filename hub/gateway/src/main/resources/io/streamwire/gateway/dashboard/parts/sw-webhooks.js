import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {newKey, post} from '../core/api.js';
import {Listing} from '../core/reading.js';
import {t} from '../core/text.js';
import {chip} from '../kit/chip.js';
import {confirmDialog} from '../kit/confirm.js';
import {icon} from '../kit/icon.js';
import {once} from '../kit/once.js';
import {moreOf, shown} from '../kit/reading.js';
import {attempt} from '../kit/toasts.js';
import '../kit/sw-ago.js';

const KINDS = {delivered: 'good', failed: 'bad', pending: 'plain'};

/** What rules said to other programs, and the secret that it is signed with. */
class Webhooks extends Component {
  static properties = {workspace: {attribute: false}, secret: {state: true}, asked: {state: true}};

  static styles = css`
    sw-webhooks .fresh {
      padding: var(--s4) var(--s5);
    }
  `;

  constructor() {
    super();
    new Watch(this, prefs);
    this.deliveries = new Listing(this, () => '/rules/webhooks/deliveries?limit=10');
  }

  willUpdate(changed) {
    if (changed.has('workspace')) this.secret = undefined;
  }

  render() {
    return html`<section class="card flush" aria-label=${t('settings.webhooks')}>
      <div class="card-head"><div><h2>${t('settings.webhooks')}</h2><p class="soft small">${t('settings.webhooksText')}</p></div>
        <button class="btn small" type="button" data-action="secret" @click=${() => this.ask()}>${icon('tokens')}${t('settings.newSecret')}</button></div>
      ${this.secret ? html`<div class="fresh">${once({label: t('settings.webhookSecret'), text: this.secret, warning: t('settings.webhookOnce')})}</div>` : nothing}
      ${shown(this.deliveries, ({items}) => (items.length > 0 ? html`<ul class="rows">${items.map((one) => this.row(one))}</ul>` : nothing))}
      ${moreOf(this.deliveries)}${confirmDialog(this.asked, () => (this.asked = undefined))}</section>`;
  }

  row({id, url, state, attempts, last_status: status, last_error: error, created_at: at}) {
    return html`<li data-delivery=${id}><div class="grow"><b class="cut mono small theirs"><bdi>${url}</bdi></b>
        <div class="faint small"><sw-ago .at=${at}></sw-ago> · ${t('settings.tries', {count: attempts})}${status ? html` · HTTP ${status}` : error ? html` · ${error}` : nothing}</div></div>
      ${chip(KINDS[state] ?? 'plain', t(`settings.delivery_${state}`))}</li>`;
  }

  ask() {
    this.asked = {title: t('settings.newSecretTitle'), text: t('settings.newSecretText'), label: t('settings.newSecret'), act: () => this.renew()};
  }

  async renew() {
    const renewed = await attempt(() => post('/rules/webhooks/secret', undefined, {key: newKey()}));
    if (renewed) this.secret = renewed.secret;
  }
}

customElements.define('sw-webhooks', Webhooks);
