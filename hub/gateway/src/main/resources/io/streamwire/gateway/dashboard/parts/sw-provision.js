import {Component, css, html, nothing} from '../core/element.js';
import {ApiError, get, newKey, post, remove} from '../core/api.js';
import {t} from '../core/text.js';
import {field} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import {attempt} from '../kit/toasts.js';
import '../kit/sw-ago.js';
import '../kit/sw-copy.js';

/** How a board becomes this device: lines for a sketch, and the tokens with which it signs in. */
class Provision extends Component {
  static properties = {device: {attribute: false}, snippet: {state: true}, tokens: {state: true}, fresh: {state: true}, name: {state: true}};

  static styles = css`
    sw-provision {
      display: grid;
      gap: var(--s4);

      & form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: var(--s3);

        & .field {
          flex: 1 1 200px;
        }
      }
    }
  `;

  constructor() {
    super();
    this.name = '';
  }

  willUpdate(changed) {
    if (changed.has('device') && changed.get('device')?.id !== this.device.id) this.read();
  }

  async read() {
    this.fresh = undefined;
    try {
      const [snippet, tokens] = await Promise.all([
        get(`/devices/${this.device.id}/snippet?format=arduino`, {accept: 'text/plain, application/problem+json'}),
        get(`/devices/${this.device.id}/tokens`),
      ]);
      this.snippet = snippet;
      this.tokens = tokens.items;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.tokens = [];
    }
  }

  render() {
    return html`${this.snippet
        ? html`<section class="card copyable"><div class="card-head"><h2>${t('actions.snippet')}</h2><sw-copy .text=${this.snippet}></sw-copy></div>
            <p class="soft">${t('actions.snippetText')}</p><pre tabindex="0" aria-label=${t('actions.snippet')}>${this.snippet}</pre></section>`
        : nothing}
      <section class="card"><h2>${t('actions.tokens')}</h2><p class="soft">${t('actions.tokensText')}</p>
        ${this.fresh ? html`<div class="note good">${icon('tokens')}<div class="stack tight grow copyable"><p>${t('actions.tokenOnce')}</p><div class="row"><code class="grow">${this.fresh.token}</code><sw-copy .text=${this.fresh.token}></sw-copy></div></div></div>` : nothing}
        ${this.tokens?.length ? this.list() : nothing}
        <form @submit=${this.add}>${field({name: 'token-name', label: t('actions.tokenName'), value: this.name, maxlength: 100, on: (value) => (this.name = value)})}
          <button class="btn" type="submit" ?disabled=${this.name.trim() === ''}>${icon('plus')}${t('actions.newToken')}</button></form>
      </section>`;
  }

  list() {
    return html`<ul class="stack tight plain">${this.tokens.map(
      ({id, name, prefix, last_used_at}) =>
        html`<li class="row apart"><span class="grow"><b>${name}</b> <span class="mono faint small">${prefix ?? ''}…</span>
          <span class="faint small">${last_used_at ? html`${t('actions.used')} <sw-ago .at=${last_used_at}></sw-ago>` : t('actions.unused')}</span></span>
          <button class="btn small danger" type="button" @click=${() => this.revoke(id)}>${t('actions.revoke')}</button></li>`,
    )}</ul>`;
  }

  async add(event) {
    event.preventDefault();
    const fresh = await attempt(() => post('/devices/tokens', {device_id: this.device.id, name: this.name.trim()}, {key: newKey()}));
    if (!fresh) return;
    await this.read();
    this.fresh = fresh;
    this.name = '';
  }

  async revoke(id) {
    await attempt(() => remove(`/devices/tokens/${id}`));
    await this.read();
  }
}

customElements.define('sw-provision', Provision);
