import {Component, css, html, nothing} from '../core/element.js';
import {faultAt} from '../core/rule-faults.js';
import {CURVES, SOURCES, withField} from '../core/rule-forms.js';
import {hasText, t} from '../core/text.js';
import {field, segments} from '../kit/field.js';
import {icon} from '../kit/icon.js';
import './sw-args.js';
import './sw-cel.js';
import './sw-curve.js';

/**
 * One argument of a command: a number, one that is computed from a number of the event, or an expression. `range` is `{min, max, unit}` as
 * far as the board has said it; `command` and `limits` are the device's. Tells `changed` with the argument.
 */
class Argument extends Component {
  static properties = {name: {}, value: {attribute: false}, range: {attribute: false}, command: {attribute: false}, limits: {attribute: false}, at: {}, faults: {attribute: false}};

  static styles = css`
    sw-argument {
      display: grid;
      gap: var(--s3);
      min-width: 0;
      padding: var(--s3) var(--s4);
      border: 1px solid var(--line);
      border-radius: var(--r2);

      & .two {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(110px, 100%), 1fr));
        gap: var(--s3);
        align-items: start;
      }

      & .pair {
        display: grid;
        grid-template-columns: 1fr auto 1fr auto;
        gap: var(--s2);
        align-items: center;
      }
    }
  `;

  get mode() {
    if (typeof this.value !== 'object' || this.value === null) return 'fixed';
    return 'cel' in this.value ? 'cel' : 'number';
  }

  render() {
    const fault = faultAt(this.faults, this.at);
    return html`<div class="row apart">${this.mode === 'fixed' && this.range ? html`<span></span>` : html`<h4>${hasText(`actions.arg_${this.name}`) ? t(`actions.arg_${this.name}`) : this.name}${this.range?.unit ? html` <span class="faint small">${this.range.unit}</span>` : nothing}</h4>`}
        ${segments({label: t('editor.argMode', {name: this.name}), value: this.mode, options: ['fixed', 'number', 'cel'].map((mode) => [mode, t(`editor.arg_${mode}`)]), on: (mode) => this.begin(mode)})}</div>
      ${this[this.mode](fault)}`;
  }

  begin(mode) {
    if (mode === this.mode) return;
    const {min = 0, max = 100} = this.range ?? {};
    if (mode === 'fixed') this.emit('changed', this.value.default ?? Math.round((min + max) / 2));
    else if (mode === 'cel') this.emit('changed', {cel: 'event.count * 10'});
    else this.emit('changed', {from: 'diamonds', curve: 'log', in: [1, 1000], out: [min, max]});
  }

  fixed(fault) {
    if (this.range) {
      return html`<sw-args .name=${this.at} .command=${{...this.command, args: [this.range]}} .limits=${this.limits} .args=${{[this.name]: this.value}} @changed=${(event) => this.take(event, event.detail[this.name])}></sw-args>
        ${fault ? html`<span class="error">${fault}</span>` : nothing}`;
    }
    return field({name: this.at, label: t('editor.arg_value'), type: 'number', step: 1, value: this.value ?? 0, error: fault || undefined, on: (next) => this.emit('changed', Number(next))});
  }

  cel() {
    return html`<sw-cel .name=${`${this.at}/cel`} of="int" label=${t('editor.celInt')} .value=${this.value.cel} .fault=${faultAt(this.faults, `${this.at}/cel`)} @changed=${(event) => this.take(event, {...this.value, cel: event.detail})}></sw-cel>${this.otherwise()}`;
  }

  number(fault) {
    const {from, curve} = this.value;
    const source = t(`editor.from_${from.replace(/[.:]/g, '_')}`);
    return html`<div class="two">
        ${field({name: `${this.at}/from`, label: t('editor.from'), value: from, options: SOURCES.map((each) => [each, t(`editor.from_${each.replace(/[.:]/g, '_')}`)]), on: (next) => this.put('from', next)})}
        ${field({name: `${this.at}/curve`, label: t('editor.curve'), value: curve ?? '', options: [['', t('editor.curve_none')], ...CURVES.map((each) => [each, t(`editor.curve_${each}`)])], on: (next) => this.bend(next)})}
      </div>
      ${curve === 'steps' ? this.steps() : this.ends()}
      ${fault ? html`<span class="error">${fault}</span>` : nothing}
      ${curve || this.value.out ? html`<sw-curve name=${this.at} .argument=${this.value} source=${source}></sw-curve>` : nothing}
      ${this.otherwise()}`;
  }

  ends() {
    const {curve, out} = this.value;
    const part = (name, at, label) => field({name: `${this.at}/${name}/${at}`, label, type: 'number', step: 1, value: this.value[name]?.[at] ?? '', on: (next) => this.end(name, at, next)});
    return html`<div class="two">
      ${curve ? html`${part('in', 0, t('editor.in_0'))}${part('out', 0, t('editor.out'))}${part('in', 1, t('editor.in_1'))}${part('out', 1, t('editor.out'))}` : nothing}
      ${!curve && out ? html`${part('out', 0, t('editor.least'))}${part('out', 1, t('editor.most'))}` : nothing}
      ${curve || out ? nothing : html`<div><button class="btn small" type="button" @click=${() => this.put('out', [this.range?.min ?? 0, this.range?.max ?? 100])}>${t('editor.limitIt')}</button></div>`}
    </div>`;
  }

  end(name, at, next) {
    const ends = [...(this.value[name] ?? [0, 100])];
    ends[at] = next === '' ? null : Number(next);
    this.put(name, ends);
  }

  steps() {
    const steps = this.value.steps ?? [];
    const set = (at, part, next) => this.put('steps', steps.map((step, place) => (place === at ? step.with(part, next === '' ? null : Number(next)) : step)));
    return html`<fieldset><legend>${t('editor.steps')}</legend>${steps.map(
      ([least, result], at) => html`<div class="pair">
        <input class="input" type="number" step="1" name="${this.at}/steps/${at}/0" aria-label=${t('editor.stepFrom', {at: at + 1})} .value=${String(least ?? '')} @input=${({target}) => set(at, 0, target.value)} />
        <span aria-hidden="true">→</span>
        <input class="input" type="number" step="1" name="${this.at}/steps/${at}/1" aria-label=${t('editor.stepTo', {at: at + 1})} .value=${String(result ?? '')} @input=${({target}) => set(at, 1, target.value)} />
        <button class="btn ghost icon" type="button" ?disabled=${steps.length === 1} aria-label=${t('editor.stepRemove', {at: at + 1})} @click=${() => this.put('steps', steps.toSpliced(at, 1))}>${icon('trash')}</button></div>`,
    )}<div><button class="btn small" type="button" ?disabled=${steps.length >= 32} @click=${() => this.put('steps', [...steps, [(steps.at(-1)?.[0] ?? 0) + 100, steps.at(-1)?.[1] ?? 0]])}>${icon('plus')}${t('editor.stepAdd')}</button></div></fieldset>`;
  }

  bend(curve) {
    const {min = 0, max = 100} = this.range ?? {};
    const {from, default: otherwise} = this.value;
    const kept = {from, ...(otherwise === undefined ? {} : {default: otherwise})};
    if (curve === '') this.emit('changed', {...kept, out: [min, max]});
    else if (curve === 'steps') this.emit('changed', {...kept, curve, steps: [[1, min], [100, Math.round((min + max) / 2)], [1000, max]]});
    else this.emit('changed', {...kept, curve, in: this.value.in ?? [1, 1000], out: this.value.out ?? [min, max]});
  }

  otherwise() {
    return field({name: `${this.at}/default`, label: t('editor.default'), hint: t('editor.default_hint'), type: 'number', step: 1, value: this.value.default ?? '', on: (next) => this.put('default', next === '' ? undefined : Number(next))});
  }

  put(name, next) {
    this.emit('changed', withField(this.value, name, next));
  }

  take(event, next) {
    event.stopPropagation();
    this.emit('changed', next);
  }
}

customElements.define('sw-argument', Argument);
