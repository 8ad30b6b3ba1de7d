import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {newKey, post, workspaceId} from '../core/api.js';
import {SampleLine} from '../core/overlay-sample.js';
import {OVERLAYS, SIDES, SIZES, overlayLink} from '../core/overlays.js';
import {may, session} from '../core/session.js';
import {t} from '../core/text.js';
import {icon} from '../kit/icon.js';
import {once} from '../kit/once.js';
import {segments} from '../kit/field.js';
import {attempt} from '../kit/toasts.js';
import {overlay} from '../parts/overlay.js';
import '../kit/sw-dialog.js';

/** What can be laid over the picture of a stream: how it looks, and the link for the streaming program. */
class Overlays extends Component {
  static properties = {params: {attribute: false}, workspace: {attribute: false}, size: {state: true}, side: {state: true}, made: {state: true}, busy: {state: true}};

  static styles = css`
    sw-overlays {
      display: grid;
      gap: var(--s5);

      & .kinds {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(440px, 100%), 1fr));
        gap: var(--s5);
      }

      & ol {
        padding-inline-start: 1.4em;
      }

      & .over-list {
        padding: 0;
      }

      & .picture {
        display: grid;
        align-items: end;
        aspect-ratio: 16 / 9;
        padding: 3%;
        overflow: hidden;
        border-radius: var(--r2);
        background: linear-gradient(155deg, var(--scene-1), var(--scene-2) 60%, var(--scene-3));
      }

      & .picture .over {
        min-width: 0;
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, prefs, session);
    this.size = 'medium';
    this.side = 'start';
    this.line = new SampleLine();
  }

  render() {
    return html`<header class="page-head"><div><h1>${t('overlays.title')}</h1><p>${t('overlays.text')}</p></div></header>
      <div class="row"><div class="field"><span class="label">${t('overlays.size')}</span><div>${segments({label: t('overlays.size'), value: this.size, on: (value) => (this.size = value), options: SIZES.map((one) => [one, t(`overlays.size_${one}`)])})}</div></div>
        <div class="field"><span class="label">${t('overlays.side')}</span><div>${segments({label: t('overlays.side'), value: this.side, on: (value) => (this.side = value), options: SIDES.map((one) => [one, t(`overlays.side_${one}`)])})}</div></div></div>
      ${may('admin') ? nothing : html`<div class="note">${icon('info')}<p>${t('overlays.needsAdmin')}</p></div>`}
      <div class="kinds">${Object.keys(OVERLAYS).map((kind) => this.card(kind))}</div>
      <section class="card" aria-label=${t('overlays.how')}><h2>${t('overlays.how')}</h2>
        <ol>${[1, 2, 3].map((step) => html`<li>${t(`overlays.how_${step}`)}</li>`)}</ol>
        ${may('admin') ? html`<p class="soft small">${t('overlays.keys')} <a href="/tokens">${t('shell.page_tokens')}</a></p>` : nothing}</section>
      <sw-dialog .heading=${this.made ? t(`overlays.kind_${this.made.kind}`) : ''} ?open=${Boolean(this.made)} @closed=${() => (this.made = undefined)} .content=${() => this.link()}></sw-dialog>`;
  }

  card(kind) {
    const {line, size, side} = this;
    return html`<section class="card" aria-label=${t(`overlays.kind_${kind}`)} data-kind=${kind}>
      <div class="picture" role="img" aria-label=${t('overlays.preview')}>${overlay(kind, {line, size, side, stays: true})}</div>
      <div class="card-head"><h2>${t(`overlays.kind_${kind}`)}</h2>
        ${may('admin') ? html`<button class="btn primary" type="button" data-action="link" ?disabled=${this.busy} @click=${() => this.make(kind)}>${t('overlays.makeLink')}</button>` : nothing}</div>
      <p class="soft">${t(`overlays.about_${kind}`)}</p></section>`;
  }

  async make(kind) {
    this.busy = true;
    const workspace = workspaceId.get();
    const name = t('overlays.keyName', {kind: t(`overlays.kind_${kind}`)});
    const key = await attempt(() => post(`/workspaces/${workspace}/keys`, {name, role: 'viewer'}, {key: newKey()}));
    this.busy = false;
    if (key) this.made = {kind, link: overlayLink(kind, {size: this.size, side: this.side, workspace, key: key.key})};
  }

  link() {
    const {kind, link} = this.made;
    const {width, height} = OVERLAYS[kind];
    return html`${once({label: t('overlays.linkLabel'), text: link, warning: t('overlays.linkOnce')})}
      <dl class="facts"><dt>${t('overlays.width')}</dt><dd>${width}</dd><dt>${t('overlays.height')}</dt><dd>${height}</dd></dl>`;
  }
}

customElements.define('sw-overlays', Overlays);
