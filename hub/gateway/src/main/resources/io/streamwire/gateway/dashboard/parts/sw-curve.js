import {Component, css, html, nothing, svg} from '../core/element.js';
import {curved, domain, drawable} from '../core/curve.js';
import {t} from '../core/text.js';
import {compact, number} from '../core/format.js';
import {idOf} from '../kit/field.js';

const POINTS = 80;
const WIDE = 320;
const HIGH = 120;

/** What an argument makes of a number, as a picture, and for one number that can be moved: `argument` as in the rule, and `source`, its name. */
class CurvePreview extends Component {
  static properties = {argument: {attribute: false}, name: {}, source: {}, probe: {state: true}};

  static styles = css`
    sw-curve {
      display: grid;
      gap: var(--s2);
      min-width: 0;
      padding: var(--s3) var(--s4);
      border: 1px solid var(--line);
      border-radius: var(--r2);
      background: var(--sunken);

      & .plot {
        display: grid;
        grid-template-columns: max-content minmax(0, 1fr);
        gap: 0 var(--s2);
        color: var(--text-faint);
        font-size: var(--t-xs);
      }

      & .y,
      & .x {
        display: flex;
        justify-content: space-between;
      }

      & .y {
        flex-direction: column;
        text-align: end;
      }

      & .x {
        grid-column: 2;
      }

      & svg {
        display: block;
        width: 100%;
        height: 120px;
        overflow: visible;
      }

      & .grid {
        fill: none;
        stroke: var(--line);
        vector-effect: non-scaling-stroke;
      }

      & .line {
        fill: none;
        stroke: var(--accent);
        stroke-width: 2.5;
        vector-effect: non-scaling-stroke;
      }

      & .probe {
        stroke: var(--warn);
        stroke-dasharray: 4 3;
        vector-effect: non-scaling-stroke;
      }
    }
  `;

  render() {
    const {argument} = this;
    if (!drawable(argument)) return nothing;
    const [least, most] = domain(argument);
    const values = Array.from({length: POINTS + 1}, (_, at) => least + ((most - least) * at) / POINTS);
    const results = values.map((value) => curved(argument, value));
    const [low, high] = [Math.min(...results), Math.max(...results)];
    const x = (value) => ((value - least) / (most - least)) * WIDE;
    const y = (result) => (high === low ? HIGH / 2 : HIGH - ((result - low) / (high - low)) * HIGH);
    const points = values.map((value, at) => `${x(value).toFixed(1)},${y(results[at]).toFixed(1)}`).join(' ');
    const probe = Math.round(Math.min(most, Math.max(least, this.probe ?? (least + most) / 2)));
    const result = curved(argument, probe);
    const id = idOf(`${this.name} probe`);
    const said = t('editor.curveSays', {source: this.source, value: number(probe), result: number(result)});
    return html`<div class="plot"><div class="y" aria-hidden="true"><span>${compact(high)}</span><span>${compact(low)}</span></div>
        <svg viewBox="0 0 ${WIDE} ${HIGH}" preserveAspectRatio="none" role="img" aria-label=${t('editor.curveLabel', {source: this.source, points: [0, 0.5, 1].map((share) => Math.round(least + (most - least) * share)).map((value) => `${number(value)} → ${number(curved(argument, value))}`).join(', ')})}>
          ${svg`<path class="grid" d="M0 0V${HIGH}H${WIDE}"/><polyline class="line" points=${points}/><path class="probe" d="M${x(probe)} ${HIGH}V${y(result)}H0" fill="none"/>`}</svg>
        <div class="x" aria-hidden="true"><span>${compact(least)}</span><span>${this.source}</span><span>${compact(most)}</span></div></div>
      <label class="small" for=${id}>${said}</label>
      <input id=${id} type="range" min=${Math.round(least)} max=${Math.round(most)} .value=${String(probe)} aria-valuetext=${said} @input=${({target}) => (this.probe = Number(target.value))} />`;
  }
}

customElements.define('sw-curve', CurvePreview);
