import 'chart.js';
import {Component, css, html} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {compact} from '../core/format.js';

const {Chart} = globalThis;

/**
 * Numbers over time: `labels`, and `series` of `{label, values, color, kind}`, where the colour is a token's name and the kind `bar` or
 * `line`; `label` says in words what it shows. The numbers themselves belong beside it as a table.
 */
class ChartOf extends Component {
  static properties = {labels: {attribute: false}, series: {attribute: false}, label: {}, stacked: {type: Boolean}};

  static styles = css`
    sw-chart {
      position: relative;
      display: block;
      height: 220px;
      min-width: 0;
    }
  `;

  constructor() {
    super();
    new Watch(this, prefs);
  }

  render() {
    return html`<canvas role="img" aria-label=${this.label ?? ''}></canvas>`;
  }

  updated() {
    const {theme, language} = prefs.get();
    const look = `${theme} ${language} ${this.stacked} ${this.series.map(({label, kind}) => label + kind).join()}`;
    if (this.chart && look === this.look) {
      this.chart.data.labels = this.labels;
      this.series.forEach(({values}, at) => (this.chart.data.datasets[at].data = values));
      this.chart.update();
      return;
    }
    this.look = look;
    this.chart?.destroy();
    this.chart = new Chart(this.querySelector('canvas'), this.config());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.chart?.destroy();
    this.chart = undefined;
  }

  config() {
    const style = getComputedStyle(this);
    const token = (name) => style.getPropertyValue(`--${name}`).trim();
    const axis = {grid: {color: token('line')}, border: {color: token('line')}, ticks: {color: token('text-faint'), font: {family: style.fontFamily, size: 12}}};
    const legend = {display: this.series.length > 1, align: 'start', labels: {color: token('text-soft'), boxWidth: 12, boxHeight: 12, font: {family: style.fontFamily}}};
    return {
      data: {labels: this.labels, datasets: this.series.map((one) => dataset(one, token))},
      options: {
        animation: false,
        maintainAspectRatio: false,
        interaction: {mode: 'index', intersect: false},
        plugins: {legend},
        scales: {
          x: {...axis, stacked: this.stacked, grid: {display: false}, ticks: {...axis.ticks, maxRotation: 0, autoSkipPadding: 20}},
          y: {...axis, stacked: this.stacked, beginAtZero: true, ticks: {...axis.ticks, precision: 0, maxTicksLimit: 5, callback: compact}},
        },
      },
    };
  }
}

const dataset = ({label, values, color, kind = 'bar'}, token) => ({
  type: kind,
  label,
  data: values,
  backgroundColor: token(color),
  borderColor: token(color),
  borderWidth: kind === 'line' ? 2 : 0,
  borderRadius: 3,
  pointRadius: 0,
  pointHitRadius: 12,
  tension: 0.3,
});

customElements.define('sw-chart', ChartOf);
