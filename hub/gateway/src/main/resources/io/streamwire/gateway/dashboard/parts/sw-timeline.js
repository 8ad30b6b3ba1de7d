import {Component, css, html, nothing, svg} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {countdown, number} from '../core/format.js';
import {lengthOf, offset} from '../core/rehearsal.js';
import {t} from '../core/text.js';
import {vars} from '../core/vars.js';

const CELLS = 120;
const MOST = 12;

/** When each rule fires and when it is stopped, over a recording: `plan` as a dry run answers it, and how far it was played, 0 to 1. */
class Timeline extends Component {
  static properties = {plan: {attribute: false}, progress: {attribute: false}};

  static styles = css`
    sw-timeline {
      position: relative;
      display: grid;
      grid-template-columns: minmax(90px, 200px) minmax(0, 1fr);
      gap: var(--s2) var(--s3);
      align-items: center;

      & .lane {
        position: relative;
        display: block;
        height: 28px;
        border-radius: var(--r1);
        background: var(--sunken);
        overflow: hidden;
      }

      & .lane svg {
        display: block;
        width: 100%;
        height: 100%;
      }

      & .fired {
        fill: var(--good);
      }

      & .stopped {
        fill: var(--warn);
      }

      & .lane i {
        position: absolute;
        inset: 0 auto 0 0;
        border-inline-end: 2px solid var(--accent);
        background: var(--accent-wash);
      }

      & .lane svg {
        position: relative;
      }

      & .axis {
        display: flex;
        grid-column: 2;
        justify-content: space-between;
      }

      & .legend {
        grid-column: 1 / -1;
      }

      & .key {
        display: inline-block;
        width: 12px;
        height: 12px;
        margin-inline-end: var(--s1);
        border-radius: 3px;
        vertical-align: -1px;
        background: var(--good);
      }

      & .key.low {
        background: var(--warn);
      }

      @media (max-width: 799px) {
        grid-template-columns: minmax(0, 1fr);
        row-gap: var(--s1);

        & .axis {
          grid-column: 1;
        }
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, prefs);
  }

  willUpdate(changed) {
    if (changed.has('plan')) this.lanes = lanesOf(this.plan);
  }

  render() {
    const length = lengthOf(this.plan);
    const more = this.lanes.length - MOST;
    return html`${this.lanes.slice(0, MOST).map((lane) => this.lane(lane))}
      <span class="axis faint small" aria-hidden="true">${[0, 0.25, 0.5, 0.75, 1].map((part) => html`<span>${countdown(length * part)}</span>`)}</span>
      <span class="legend row small soft"><span><i class="key" aria-hidden="true"></i>${t('rehearsal.fires')}</span><span><i class="key low" aria-hidden="true"></i>${t('rehearsal.isStopped')}</span>
        ${more > 0 ? html`<span>${t('rehearsal.moreRules', {count: more})}</span>` : nothing}</span>`;
  }

  lane({name, fired, stopped, cells}) {
    const said = t('rehearsal.lane', {name, fired: number(fired), stopped: number(stopped)});
    return html`<span class="cut theirs" title=${name}><bdi>${name}</bdi></span>
      <span class="lane" role="img" aria-label=${said}>${this.progress > 0 ? html`<i ${vars({width: `${this.progress * 100}%`})}></i>` : nothing}
        <svg viewBox="0 0 ${CELLS} 10" preserveAspectRatio="none">${cells.map(
          (cell, at) => cell && svg`<rect class=${cell.fired ? 'fired' : 'stopped'} x=${at} width="0.85" y=${cell.fired ? 1 : 6} height=${cell.fired ? 8 : 3}/>`,
        )}</svg></span>`;
  }
}

/** Of each rule, the ones that do most first. */
function lanesOf(plan) {
  const length = lengthOf(plan);
  const lanes = new Map(plan.rules.map(({rule_id: id, name}) => [id, {name, fired: 0, stopped: 0, cells: new Array(CELLS).fill(undefined)}]));
  for (const {rule_id: id, at, outcome} of plan.decisions) {
    const lane = lanes.get(id);
    const cell = Math.min(CELLS - 1, Math.floor((offset(plan, at) / length) * CELLS));
    const kind = outcome === 'fired' ? 'fired' : 'stopped';
    lane[kind]++;
    lane.cells[cell] = {...lane.cells[cell], [kind]: true};
  }
  return [...lanes.values()].sort((one, other) => other.fired - one.fired || other.stopped - one.stopped);
}

customElements.define('sw-timeline', Timeline);
