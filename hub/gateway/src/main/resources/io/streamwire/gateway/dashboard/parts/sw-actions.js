import {Component, css, html, nothing} from '../core/element.js';
import {freshAction} from '../core/fresh-actions.js';
import {faultOf} from '../core/rule-faults.js';
import {t} from '../core/text.js';
import {icon} from '../kit/icon.js';
import './sw-action.js';

const NESTING = new Set(['sequence', 'choice', 'winner']);
const DEEPEST = 3;

/** Actions one after the other: `actions`, their place `at`, how `deep` in others they are, whether they are `steps`, and the `choices` of a vote. Tells `changed`. */
class Actions extends Component {
  static properties = {actions: {attribute: false}, at: {}, deep: {type: Number}, steps: {type: Boolean}, choices: {attribute: false}, faults: {attribute: false}};

  static styles = css`
    sw-actions {
      display: grid;
      gap: var(--s3);
      min-width: 0;

      & ol {
        display: grid;
        gap: var(--s3);
        list-style: none;
      }

      & .action {
        display: grid;
        gap: var(--s3);
        min-width: 0;
        padding: var(--s3) var(--s4) var(--s4);
        border: 1px solid var(--line);
        border-inline-start: 3px solid var(--accent);
        border-radius: var(--r2);
      }

      & .action .action {
        padding: var(--s3);
      }

      & .tools {
        display: flex;
      }

      @media (max-width: 799px) {
        & .action .action,
        & .option {
          padding: var(--s2) 0 var(--s2) var(--s2);
          border-width: 0 0 0 3px;
          border-radius: 0;
        }
      }
    }
  `;

  render() {
    const fault = faultOf(this.faults, this.at);
    return html`<ol>${this.actions.map((action, at) => this.one(action, at))}</ol>
      ${fault ? html`<span class="error">${fault}</span>` : nothing}
      <div class="row tight" role="group" aria-label=${t('editor.add')}>${this.types().map((type) => html`<button class="btn small" type="button" data-add="${this.at} ${type}" ?disabled=${!freshAction(type, this.choices)} @click=${() => this.set([...this.actions, freshAction(type, this.choices)])}>${icon('plus')}${t(`editor.action_${type}`)}</button>`)}</div>`;
  }

  types() {
    const types = ['device', ...(this.steps ? ['wait'] : []), 'overlay', 'webhook', 'sequence', 'choice', ...(this.choices?.length ? ['winner'] : [])];
    return types.filter((type) => !NESTING.has(type) || this.deep < DEEPEST);
  }

  one(action, at) {
    const name = `${at + 1}. ${t(`editor.action_${action.type}`)}`;
    const last = this.actions.length - 1;
    const tool = (sign, label, to, off) => html`<button class="btn ghost small icon" type="button" aria-label=${t(label, {name})} title=${t(label, {name})} ?disabled=${off} @click=${() => this.set(to())}>${icon(sign)}</button>`;
    return html`<li class="action"><div class="row apart"><h3>${name}</h3><div class="tools">
        ${last > 0 ? html`${tool('up', 'editor.up', () => moved(this.actions, at, at - 1), at === 0)}${tool('down', 'editor.down', () => moved(this.actions, at, at + 1), at === last)}` : nothing}
        ${tool('copy', 'editor.double', () => this.actions.toSpliced(at + 1, 0, structuredClone(action)))}
        ${tool('trash', 'editor.removeAction', () => this.actions.toSpliced(at, 1), last === 0 && this.deep > 0)}</div></div>
      <sw-action .action=${action} at="${this.at}/${at}" .deep=${this.deep} .choices=${this.choices} .faults=${this.faults} @changed=${(event) => this.take(event, at)}></sw-action></li>`;
  }

  take(event, at) {
    event.stopPropagation();
    this.set(this.actions.with(at, event.detail));
  }

  set(actions) {
    this.emit('changed', actions);
  }
}

const moved = (list, from, to) => list.toSpliced(from, 1).toSpliced(to, 0, list[from]);

customElements.define('sw-actions', Actions);
