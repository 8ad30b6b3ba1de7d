import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {workspaceId} from '../core/api.js';
import {may} from '../core/session.js';
import {hear} from '../core/live.js';
import {complete, hidden, hide, readSetup, setup} from '../core/setup.js';
import {t} from '../core/text.js';
import {icon} from '../kit/icon.js';

const STEPS = ['device', 'stream', 'rule', 'armed', 'moved'];

/** What is left of the first run; gone when all of it is done. */
class Checklist extends Component {
  static styles = css`
    sw-checklist {
      display: block;

      &:empty {
        display: none;
      }

      & ol {
        display: flex;
        flex-wrap: wrap;
        gap: var(--s2) var(--s5);
      }

      & li {
        display: flex;
        align-items: center;
        gap: var(--s2);
        color: var(--text-soft);
      }

      & li .box {
        display: grid;
        place-items: center;
        width: 22px;
        height: 22px;
        border: 2px solid var(--line-strong);
        border-radius: 50%;

        & .icon {
          width: 14px;
          height: 14px;
        }
      }

      & li.done {
        color: var(--text);

        & .box {
          border-color: var(--good);
          background: var(--good-wash);
          color: var(--good);
        }
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, setup, prefs, workspaceId);
  }

  connectedCallback() {
    super.connectedCallback();
    readSetup();
    this.end = hear('commands', (command) => this.heard(command));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.end();
    clearTimeout(this.due);
    this.due = undefined;
  }

  heard({state}) {
    if (state !== 'done' || complete(setup.get())) return;
    this.due ??= setTimeout(() => {
      this.due = undefined;
      readSetup();
    }, 1000);
  }

  render() {
    const steps = setup.get();
    if (steps === null || complete(steps) || hidden() || !may('admin')) return nothing;
    const done = STEPS.filter((step) => steps[step]).length;
    return html`<section class="card" aria-label=${t('shell.setup')}>
      <div class="card-head"><h2>${t('shell.setupTitle', {done, all: STEPS.length})}</h2>
        <span class="row tight"><button class="btn ghost small" type="button" @click=${hide}>${t('shell.setupHide')}</button>
          <a class="btn primary small" href="/start">${t('shell.setupGo')}${icon('next')}</a></span></div>
      <ol class="plain">
        ${STEPS.map(
          (step) =>
            html`<li class=${steps[step] ? 'done' : ''}><span class="box">${steps[step] ? icon('check') : nothing}</span>
              ${t(`shell.setup_${step}`)}<span class="sr-only">${steps[step] ? t('shell.setupDone') : t('shell.setupOpen')}</span></li>`,
        )}
      </ol>
    </section>`;
  }
}

customElements.define('sw-checklist', Checklist);
