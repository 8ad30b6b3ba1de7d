import {Component, css, html, nothing} from '../core/element.js';
import {hear} from '../core/live.js';
import {t} from '../core/text.js';
import {time} from '../core/format.js';
import {chip} from '../kit/chip.js';

/** The outputs of a board as its acknowledgements tell: on while a command runs, and when last. */
class Outputs extends Component {
  static properties = {device: {attribute: false}, running: {state: true}, last: {state: true}};

  static styles = css`
    sw-outputs {
      display: block;

      & li {
        display: flex;
        align-items: center;
        gap: var(--s3);
        min-height: 44px;
      }

      & .lamp {
        width: 18px;
        height: 18px;
        flex: none;
        border: 2px solid var(--line-strong);
        border-radius: 50%;
        transition: background var(--calm);
      }

      & .on .lamp {
        border-color: var(--good);
        background: var(--good);
        box-shadow: 0 0 14px var(--good);
      }
    }
  `;

  constructor() {
    super();
    this.running = new Map();
    this.last = new Map();
  }

  connectedCallback() {
    super.connectedCallback();
    this.end = hear('commands', (command) => this.heard(command));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.end();
  }

  heard({command_id, device_id, command, state, hops}) {
    if (device_id !== this.device?.id) return;
    const running = new Map(this.running);
    if (state === 'started') running.set(command_id, command);
    else running.delete(command_id);
    this.running = running;
    if (hops?.on) this.last = new Map(this.last).set(command, hops.on / 1000);
  }

  render() {
    const commands = this.device?.capabilities?.commands ?? [];
    if (commands.length === 0) return nothing;
    const on = new Set(this.running.values());
    return html`<section class="card" aria-label=${t('actions.outputs')}><h2>${t('actions.outputs')}</h2>
      <ul class="plain">${commands.map(
        ({name}) => html`<li class=${on.has(name) ? 'on' : ''}><span class="lamp" aria-hidden="true"></span><span class="mono grow cut">${name}</span>
          ${on.has(name) ? chip('good', t('actions.isOn')) : html`<span class="faint small">${this.last.has(name) ? t('actions.lastOn', {at: time(this.last.get(name))}) : t('actions.isOff')}</span>`}</li>`,
      )}</ul></section>`;
  }
}

customElements.define('sw-outputs', Outputs);
