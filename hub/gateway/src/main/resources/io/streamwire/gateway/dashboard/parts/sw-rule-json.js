import {Component, css, html, nothing} from '../core/element.js';
import {same} from '../core/diff.js';
import {definition, placeText} from '../core/rule-faults.js';
import {t} from '../core/text.js';
import {field} from '../kit/field.js';
import '../kit/sw-copy.js';

/** A rule as JSON, to read and to change: `rule`, and its `faults`. Tells `changed` with the rule, as soon as the text is JSON. */
class RuleJson extends Component {
  static properties = {rule: {attribute: false}, faults: {attribute: false}, text: {state: true}, broken: {state: true}};

  static styles = css`
    sw-rule-json {
      display: block;

      & textarea.input {
        min-height: 420px;
        font: 400 var(--t-sm) / 1.5 var(--mono);
        field-sizing: content;
        white-space: pre;
        overflow-x: auto;
      }
    }
  `;

  willUpdate(changed) {
    if (!changed.has('rule') || (this.text !== undefined && same(read(this.text), definition(this.rule)))) return;
    this.text = JSON.stringify(definition(this.rule), null, 2);
    this.broken = undefined;
  }

  render() {
    return html`<section class="card"><div class="card-head"><h2>${t('editor.view_json')}</h2><sw-copy .text=${this.text} label=${t('shell.copy')}></sw-copy></div>
      <p class="soft small">${t('editor.jsonText')}</p>
      ${field({name: 'rule-json', label: t('editor.jsonLabel'), rows: 20, spellcheck: 'false', value: this.text, error: this.broken, on: (text) => this.take(text)})}
      <div role="status" class="stack tight">${this.faults.map(({pointer, detail}) => html`<p class="small"><code>${pointer || '/'}</code> <span class="faint">${placeText(pointer)}</span> <span class="error">${detail}</span></p>`)}
        ${this.faults.length || this.broken ? nothing : html`<p class="small soft">${t('editor.jsonFine')}</p>`}</div></section>`;
  }

  take(text) {
    this.text = text;
    let said;
    try {
      said = JSON.parse(text);
    } catch (error) {
      this.broken = `${t('editor.notJson')} ${error.message}`;
      return;
    }
    if (typeof said !== 'object' || said === null || Array.isArray(said)) {
      this.broken = t('editor.notJson');
      return;
    }
    this.broken = undefined;
    const answered = Object.fromEntries(Object.entries(this.rule).filter(([name]) => !(name in definition({[name]: 0}))));
    this.emit('changed', {...answered, name: '', trigger: {}, actions: [], ...definition(said)});
  }
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

customElements.define('sw-rule-json', RuleJson);
