import {Component, css, html, nothing, svg} from '../core/element.js';

/** A line of the newest numbers: `values`, oldest first; `label` says in words what it shows. */
class Spark extends Component {
  static properties = {values: {attribute: false}, label: {}};

  static styles = css`
    sw-spark {
      display: block;
      height: 40px;
      min-width: 80px;

      & svg {
        display: block;
        width: 100%;
        height: 100%;
        overflow: visible;
      }

      & .line {
        fill: none;
        stroke: var(--accent);
        stroke-width: 2;
        vector-effect: non-scaling-stroke;
      }

      & .area {
        fill: var(--accent-wash);
      }
    }
  `;

  render() {
    const values = this.values ?? [];
    if (values.length < 2) return nothing;
    const top = Math.max(...values, 0.001);
    const step = 100 / (values.length - 1);
    const points = values.map((value, at) => `${(at * step).toFixed(2)},${(38 - (value / top) * 34).toFixed(2)}`);
    return html`<svg viewBox="0 0 100 40" preserveAspectRatio="none" role="img" aria-label=${this.label ?? ''}>
      ${svg`<polygon class="area" points="0,40 ${points.join(' ')} 100,40"/><polyline class="line" points=${points.join(' ')}/>`}
    </svg>`;
  }
}

customElements.define('sw-spark', Spark);
