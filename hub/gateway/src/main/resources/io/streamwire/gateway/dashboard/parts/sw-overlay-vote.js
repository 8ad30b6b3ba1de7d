import {Component, css, html, nothing} from '../core/element.js';
import {countdown, number} from '../core/format.js';
import {t} from '../core/text.js';
import {vars} from '../core/vars.js';

const TICK = 250;
const RESULT_MS = 8000;
/** Nothing was heard of it for that long after its time: it is over. */
const LATE_MS = 4000;
const MOST = 6;
const LONGEST = 40;

/** A vote or tug-of-war: what each choice has, how long there is still, and who has won. */
class OverlayVote extends Component {
  static properties = {line: {attribute: false}, stays: {type: Boolean}, now: {state: true}};

  static styles = css`
    sw-overlay-vote {
      & .choice {
        display: grid;
        gap: 0.15em;
      }

      & .choice.lost {
        opacity: 0.55;
      }
    }
  `;

  connectedCallback() {
    super.connectedCallback();
    this.line.hear('overlay', (news, event) => event === 'crowd_changed' && this.heard(news));
    this.clock = setInterval(() => this.tick(), TICK);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.clock);
  }

  heard(news) {
    // One that runs is not pushed away by one of another rule that runs, too.
    if (this.now && this.now.rule_id !== news.rule_id && this.now.outcome === 'open' && this.now.until > performance.now()) return;
    this.now = {...news, until: performance.now() + news.left_ms, at: performance.now()};
  }

  tick() {
    if (!this.now) return;
    const {outcome, until, at} = this.now;
    const over = outcome === 'open' ? performance.now() > until + LATE_MS : performance.now() > at + RESULT_MS;
    if (over && !this.stays) this.now = undefined;
    this.requestUpdate();
  }

  render() {
    if (!this.now) return nothing;
    const {name, choices, counts, outcome, winner} = this.now;
    const total = Math.max(1, counts.reduce((sum, one) => sum + one, 0));
    const open = outcome === 'open';
    return html`<div class="over-panel" data-outcome=${outcome}><span class="over-line"><strong class="theirs cut grow"><bdi>${name}</bdi></strong><span class="over-number">${this.side()}</span></span>
      ${choices.slice(0, MOST).map(
        (choice, at) => html`<span class="choice ${!open && choice !== winner ? 'lost' : ''}"><span class="over-line"><span class="theirs cut grow"><bdi>${choice.slice(0, LONGEST)}</bdi></span><span class="over-number">${number(counts[at])}</span></span>
          <span class="over-bar ${choice === winner ? 'full' : ''}"><i ${vars({width: `${(Math.max(0, counts[at]) / total) * 100}%`})}></i></span></span>`,
      )}
      <span>${this.foot()}</span></div>`;
  }

  side() {
    const {outcome, until, left_ms: left} = this.now;
    if (outcome !== 'open') return nothing;
    return t('overlays.left', {time: countdown(this.stays ? left : Math.max(0, until - performance.now()))});
  }

  foot() {
    const {outcome, winner, voters, kind, needed} = this.now;
    if (outcome === 'won') return html`<strong class="theirs"><bdi>${t('overlays.voteWon', {name: winner})}</bdi></strong>`;
    if (outcome === 'tie') return t('overlays.voteTie');
    if (outcome === 'voters') return t('overlays.voteFew');
    return kind === 'tug' ? t('overlays.lead', {needed: number(needed)}) : t('overlays.voters', {count: voters ?? 0});
  }
}

customElements.define('sw-overlay-vote', OverlayVote);
