import {Component, css, html} from '../core/element.js';
import {ranges} from '../core/actions.js';
import {hasText, t} from '../core/text.js';
import {length} from '../core/format.js';
import {idOf} from '../kit/field.js';

/** The arguments of a command as sliders, within what the board and the owner allow; tells `changed` with all of them. */
class Args extends Component {
  static properties = {name: {}, command: {attribute: false}, limits: {attribute: false}, args: {attribute: false}};

  static styles = css`
    sw-args {
      display: grid;
      gap: var(--s3);

      & .arg {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0 var(--s3);
        align-items: center;
      }

      & label {
        font-size: var(--t-sm);
        font-weight: 600;
      }

      & output {
        font-weight: 700;
      }

      & input {
        grid-column: 1 / -1;
      }

      & .ends {
        grid-column: 1 / -1;
        display: flex;
        justify-content: space-between;
        color: var(--text-faint);
        font-size: var(--t-xs);
      }
    }
  `;

  render() {
    return ranges(this.command, this.limits).map((range) => this.slider(range));
  }

  slider({name, min, max, unit}) {
    const id = idOf(`${this.name} ${this.command.name} ${name}`);
    const value = Math.min(max, Math.max(min, this.args[name] ?? min));
    const said = (amount) => (unit === 'ms' ? length(amount) : `${amount}${unit ? ` ${unit}` : ''}`);
    return html`<div class="arg"><label for=${id}>${hasText(`actions.arg_${name}`) ? t(`actions.arg_${name}`) : name}</label><output for=${id}>${said(value)}</output>
      <input id=${id} type="range" min=${min} max=${max} step=${unit === 'ms' && max - min > 500 ? 5 : 1} .value=${String(value)} aria-valuetext=${said(value)}
        @input=${(event) => this.emit('changed', {...this.args, [name]: Number(event.target.value)})} />
      <span class="ends" aria-hidden="true"><span>${said(min)}</span><span>${said(max)}</span></span></div>`;
  }
}

customElements.define('sw-args', Args);
