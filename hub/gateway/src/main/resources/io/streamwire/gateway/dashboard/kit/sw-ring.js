import {Component, css, html, nothing, svg} from '../core/element.js';
import {t} from '../core/text.js';
import {countdown, number} from '../core/format.js';
import {lessMotion} from '../core/prefs.js';

const ROUND = 2 * Math.PI * 15;
const OFTEN = 100;
const SELDOM = 1000;

/** A ring that runs down until a time, with what is left in it: `until` and `length`, ms; nothing before and after. */
class Ring extends Component {
  static properties = {until: {type: Number}, length: {type: Number}, label: {}};

  static styles = css`
    sw-ring {
      display: inline-block;
      width: 40px;
      height: 40px;

      & svg {
        display: block;
        width: 100%;
        height: 100%;
      }

      & circle {
        fill: none;
        stroke: var(--line);
        stroke-width: 3;
      }

      & .left {
        stroke: var(--warn);
        stroke-linecap: round;
      }

      & text {
        fill: var(--text);
        font-size: 10px;
        font-weight: 700;
        text-anchor: middle;
        dominant-baseline: central;
      }
    }
  `;

  connectedCallback() {
    super.connectedCallback();
    this.run();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.clock);
    this.clock = undefined;
  }

  updated(changed) {
    if (changed.has('until')) this.run();
  }

  run() {
    clearInterval(this.clock);
    this.clock = undefined;
    if (!this.isConnected || !(this.until > Date.now())) return;
    this.clock = setInterval(
      () => {
        this.requestUpdate();
        if (this.until > Date.now()) return;
        clearInterval(this.clock);
        this.emit('over');
      },
      lessMotion() ? SELDOM : OFTEN,
    );
  }

  render() {
    const left = Math.max(0, (this.until ?? 0) - Date.now());
    if (left === 0) return nothing;
    const share = Math.min(1, left / Math.max(1, this.length));
    const said = left < 60_000 ? number(Math.ceil(left / 1000)) : countdown(left);
    return html`<svg viewBox="0 0 36 36" role="img" aria-label=${t('rules.rests', {name: this.label, left: countdown(left)})}>${svg`<circle cx="18" cy="18" r="15"/><circle class="left" cx="18" cy="18" r="15" stroke-dasharray="${(ROUND * share).toFixed(1)} ${ROUND.toFixed(1)}" transform="rotate(-90 18 18)"/><text x="18" y="18">${said}</text>`}</svg>`;
  }
}

customElements.define('sw-ring', Ring);
