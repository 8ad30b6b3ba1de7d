import {Component, css, html, nothing} from '../core/element.js';
import {EXAMPLES, FUNCTIONS, VARIABLES, faultPlace, placeIn} from '../core/cel.js';
import {t} from '../core/text.js';
import {field, idOf} from '../kit/field.js';

const LONGEST = 1000;

/**
 * An expression in CEL: `value`, its `name` on the page, its `label`, `of` what it must come to (bool or int), and as `fault` what the hub
 * says is wrong, shown at its place. Tells `changed` with the text.
 */
class Cel extends Component {
  static properties = {value: {attribute: false}, name: {attribute: false}, label: {}, of: {}, fault: {attribute: false}};

  static styles = css`
    sw-cel {
      display: grid;
      gap: var(--s2);
      min-width: 0;

      & textarea.input {
        min-height: 56px;
        font-family: var(--mono);
        field-sizing: content;
      }

      & pre.place {
        padding: var(--s2) var(--s3);
        border-color: var(--bad);

        & b {
          color: var(--bad);
        }
      }

      & summary {
        width: fit-content;
        color: var(--text-soft);
        font-size: var(--t-sm);
        font-weight: 600;
        cursor: pointer;
      }

      & .help {
        display: grid;
        gap: var(--s4);
        max-height: 420px;
        padding: var(--s3) var(--s4);
        overflow: auto;
        border: 1px solid var(--line);
        border-radius: var(--r2);
        background: var(--sunken);
      }

      & .help li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1.2fr);
        gap: 0 var(--s3);
        align-items: baseline;
        padding: var(--s1) 0;
        font-size: var(--t-sm);
      }

      & .help .link {
        min-height: 28px;
        font: 500 var(--t-sm) / 1.4 var(--mono);
        text-align: start;
        overflow-wrap: anywhere;
      }

      & .functions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--s2);

        & code {
          padding: 2px var(--s2);
          border: 1px solid var(--line);
          border-radius: var(--r1);
        }
      }

      @media (max-width: 599px) {
        & .help li {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    }
  `;

  render() {
    const place = faultPlace(this.fault);
    return html`${field({name: this.name, label: this.label, value: this.value ?? '', rows: 2, maxlength: LONGEST, spellcheck: 'false', placeholder: this.of === 'bool' ? 'event.diamonds >= 100' : 'event.count * 50', error: place ? place.message : this.fault || undefined, on: (value) => this.emit('changed', value)})}
      ${place ? this.shown(place) : nothing}
      <details><summary>${t('editor.celHelp')}</summary><div class="help" tabindex="0" role="group" aria-label=${t('editor.celHelp')}>
        <p class="small soft">${t(`editor.celText_${this.of}`)}</p>
        <section><h3>${t('editor.celExamples')}</h3><ul class="plain">${Object.entries(EXAMPLES[this.of]).map(([name, code]) => html`<li><button class="link" type="button" @click=${() => this.emit('changed', code)}>${code}</button><span class="soft">${t(`editor.cel_${name}`)}</span></li>`)}</ul></section>
        ${Object.entries(VARIABLES).map(([group, all]) => html`<section><h3>${t(`editor.celGroup_${group}`)}</h3><ul class="plain">${all.map(({name, type}) => html`<li><button class="link" type="button" @click=${() => this.insert(name)}>${name}</button><span class="soft"><span class="faint">${type}</span> · ${t(`editor.v_${name.replace('.', '_')}`)}</span></li>`)}</ul></section>`)}
        <section class="stack tight"><h3>${t('editor.celFunctions')}</h3><div class="functions">${FUNCTIONS.map((code) => html`<code>${code}</code>`)}</div><p class="small soft">${t('editor.celNot')}</p></section>
      </div></details>`;
  }

  /** The line with the fault, and a mark below the place. */
  shown(place) {
    const line = (this.value ?? '').split('\n')[place.line - 1] ?? '';
    return html`<pre class="place" tabindex="0" aria-label=${t('editor.celPlace', {line: place.line, column: place.column})}><code>${line}
<b>${' '.repeat(Math.max(0, place.column - 1))}▲</b></code></pre>
      <div><button class="btn ghost small" type="button" @click=${() => this.go(place)}>${t('editor.celGo', {line: place.line, column: place.column})}</button></div>`;
  }

  get area() {
    return this.querySelector(`#${idOf(this.name)}`);
  }

  go(place) {
    const at = placeIn(this.area.value, place);
    this.area.focus();
    this.area.setSelectionRange(at, at + 1);
  }

  insert(name) {
    const {area} = this;
    area.setRangeText(name, area.selectionStart, area.selectionEnd, 'end');
    this.emit('changed', area.value);
    area.focus();
  }
}

customElements.define('sw-cel', Cel);
