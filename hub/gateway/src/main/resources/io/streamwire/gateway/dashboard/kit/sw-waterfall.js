import {Component, css, html} from '../core/element.js';
import {vars} from '../core/vars.js';
import {length} from '../core/format.js';
import {t} from '../core/text.js';

const HOPS = ['frame', 'decided', 'published', 'received', 'on', 'off'];

/** The way of one command, hop by hop: `hops` as in a receipt, microseconds. How long the pin was on is told apart: it would hide the rest. */
class Waterfall extends Component {
  static properties = {hops: {attribute: false}};

  static styles = css`
    sw-waterfall {
      display: grid;
      gap: var(--s2);

      & .hop {
        display: grid;
        grid-template-columns: minmax(110px, 170px) minmax(0, 1fr) 76px;
        align-items: center;
        gap: var(--s3);
        font-size: var(--t-sm);
      }

      & .lane {
        height: 18px;
        border-radius: var(--r1);
        background: var(--sunken);
        overflow: hidden;
      }

      & .bar {
        display: block;
        height: 100%;
        min-width: 3px;
        border-radius: var(--r1);
        background: var(--accent);
      }

      & .hop.on .bar {
        background: var(--good);
      }

      & .took {
        text-align: end;
        white-space: nowrap;
      }

      @media (max-width: 799px) {
        & .hop {
          grid-template-columns: minmax(0, 1fr) 70px;

          & .lane {
            grid-column: 1 / -1;
            grid-row: 2;
            height: 10px;
          }
        }
      }
    }
  `;

  render() {
    const hops = this.hops ?? {};
    const known = HOPS.filter((hop) => hops[hop] !== undefined);
    if (known.length < 2) return html`<p class="soft">${t('shell.noHops')}</p>`;
    const first = hops[known[0]];
    const last = hops[known.findLast((hop) => hop !== 'off')];
    const whole = Math.max(1, last - first);
    return html`${known.slice(1).map((hop, at) => this.hop(hop, known[at], hops, first, whole))}`;
  }

  hop(hop, before, hops, first, whole) {
    const took = (hops[hop] - hops[before]) / 1000;
    const share = (value) => `${Math.min(100, Math.max(0, (value / whole) * 100)).toFixed(2)}%`;
    const isOn = hop === 'off';
    const place = isOn
      ? {'margin-left': '0%', width: '100%'}
      : {'margin-left': share(hops[before] - first), width: share(hops[hop] - hops[before])};
    return html`<div class="hop ${isOn ? 'on' : ''}">
      <span>${t(`shell.hop_${before}_${hop}`)}</span>
      <span class="lane" aria-hidden="true"><span class="bar" ${vars(place)}></span></span>
      <span class="took">${length(took)}</span>
    </div>`;
  }
}

customElements.define('sw-waterfall', Waterfall);
