import {Component, css, html, nothing} from '../core/element.js';
import {defaults} from '../core/actions.js';
import {t} from '../core/text.js';
import {length} from '../core/format.js';
import {empty} from '../kit/empty.js';
import {icon} from '../kit/icon.js';
import './sw-args.js';
import './sw-try.js';

/** What a board can do, as controls made of its own description. */
class Controls extends Component {
  static properties = {device: {attribute: false}, status: {attribute: false}, chosen: {state: true}};

  static styles = css`
    sw-controls {
      display: grid;
      gap: var(--s4);
    }
  `;

  willUpdate(changed) {
    if (changed.has('device') && changed.get('device')?.id !== this.device.id) this.chosen = {};
  }

  render() {
    const {capabilities, limits} = this.device;
    if (!capabilities?.commands?.length) {
      return html`<div class="card">${empty({sign: 'devices', title: t('actions.notDescribed'), text: t('actions.notDescribedText')})}</div>`;
    }
    return html`${this.status && !this.status.armed ? html`<div class="note">${icon('info')}<p>${t('actions.armFirst')}</p></div>` : nothing}
      ${capabilities.commands.map((command) => this.command(command, limits))}`;
  }

  command(command, limits) {
    const args = this.chosen[command.name] ?? defaults(command, limits);
    return html`<section class="card" aria-label=${command.name}>
      <div class="card-head"><h2 class="mono">${command.name}</h2>
        <span class="faint small">${command.max_on_ms ? t('actions.longest', {length: length(limits?.[command.name]?.max_on_ms ?? command.max_on_ms)}) : ''}${command.group ? ` · ${t('actions.group', {name: command.group})}` : ''}</span></div>
      <sw-args .name=${this.device.id} .command=${command} .limits=${limits} .args=${args} @changed=${(event) => (this.chosen = {...this.chosen, [command.name]: event.detail})}></sw-args>
      <sw-try .device=${this.device} .command=${command} .args=${args}></sw-try>
    </section>`;
  }
}

customElements.define('sw-controls', Controls);
