import {Component, css, html, nothing} from '../core/element.js';
import {deviceName, devices} from '../core/devices.js';
import {same} from '../core/diff.js';
import {faultAt} from '../core/rule-faults.js';
import {ROLES, withField} from '../core/rule-forms.js';
import {streams} from '../core/streams.js';
import {hasText, t} from '../core/text.js';
import {field, idOf} from '../kit/field.js';

const LISTS = new Set(['texts', 'many', 'devices']);

/**
 * The fields of a form of `core/rule-forms.js`: `fields`, the object that they are of as `value`, its place in the rule as `at`, and the
 * rule's `faults`. Tells `changed` with the object as it is then; what no field is about stays in it.
 */
class Fields extends Component {
  static properties = {fields: {attribute: false}, value: {attribute: false}, at: {}, faults: {attribute: false}};

  static styles = css`
    sw-fields {
      display: grid;
      gap: var(--s4);
      min-width: 0;

      & .two {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(200px, 100%), 1fr));
        gap: var(--s4);
        align-items: start;
      }

      & .whole {
        grid-column: 1 / -1;
      }

      & .checks {
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--s4);
      }

      & .roles {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(150px, 100%), 1fr));
        gap: var(--s3);
      }

      & .mono {
        font-family: var(--mono);
      }

      & textarea.lines {
        min-height: 44px;
        max-height: 240px;
        field-sizing: content;
      }

      & summary {
        width: fit-content;
        color: var(--text-soft);
        font-size: var(--t-sm);
        font-weight: 600;
        cursor: pointer;
      }
    }
  `;

  constructor() {
    super();
    /** What stands in a field that cannot be told from what it means: a line that is still empty, a comma at the end. */
    this.typed = new Map();
    this.opened = false;
  }

  render() {
    const shown = this.fields.filter(({when}) => !when || when(this.value));
    const rare = shown.filter((one) => one.rare);
    // What was open stays so, also when its last field is emptied.
    this.opened ||= rare.some(({name}) => (this.value[name] !== undefined && !isPlain(name, this.value[name])) || this.fault(name));
    return html`${shown.length > rare.length ? html`<div class="two">${shown.filter((one) => !one.rare).map((one) => this.one(one))}</div>` : nothing}
      ${rare.length ? html`<details ?open=${this.opened}><summary>${t('editor.more')}</summary><div class="two">${rare.map((one) => this.one(one))}</div></details>` : nothing}`;
  }

  fault(name) {
    return faultAt(this.faults, `${this.at}/${name}`);
  }

  put(name, value, typed) {
    this.typed.set(name, typed);
    this.emit('changed', withField(this.value, name, value));
  }

  /** What stands in the field: as it was typed, as long as that means the value. */
  written(one, value, meant) {
    const typed = this.typed.get(one.name);
    return typed !== undefined && same(read(one, typed), value) ? typed : meant;
  }

  common(one) {
    const label = one.label ?? one.name;
    return {
      name: `${this.at}/${one.name}`,
      label: t(`editor.${label}`),
      hint: hasText(`editor.${label}_hint`) ? t(`editor.${label}_hint`) : undefined,
      error: this.fault(one.name) || undefined,
      required: one.required,
    };
  }

  one(one) {
    const value = this.value[one.name];
    switch (one.kind) {
      case 'text':
        return field({...this.common(one), value: value ?? '', maxlength: one.most, spellcheck: one.mono ? 'false' : undefined, rows: one.template ? 2 : undefined, on: (next) => this.put(one.name, next === '' ? undefined : next)});
      case 'texts':
        return this.lines(one, value);
      case 'number':
        return this.amount(one, value, 1);
      case 'seconds':
        return this.amount(one, value, 1000);
      case 'choice':
        return field({...this.common(one), value: value ?? one.values[0], options: one.values.map((each) => [each, t(`editor.${one.label ?? one.name}_${each}`)]), on: (next) => this.put(one.name, next)});
      case 'oneOf':
        return this.variants(one);
      case 'many':
        return this.checks(one, one.values.map((each) => [each, t(`editor.${one.values === ROLES ? 'role' : one.name}_${each}`)]));
      case 'devices':
        return this.checks(one, this.known([value ?? []].flat()));
      case 'device':
        return field({...this.common(one), value: value ?? '', options: [...(value ? [] : [['', t('editor.choose')]]), ...this.known(value ? [value] : [])], on: (next) => this.put(one.name, next || undefined)});
      case 'livestream':
        return field({...this.common(one), value: value ?? '', options: [['', t('editor.everyStream')], ...this.streams(value)], on: (next) => this.put(one.name, next || undefined)});
      case 'byRole':
        return this.roles(one, value ?? {});
      case 'between':
        return this.between(one, value);
      case 'json':
        return this.json(one, value);
      default:
        return nothing;
    }
  }

  lines(one, value) {
    const given = [value ?? []].flat();
    const error = this.fault(one.name);
    const id = idOf(`${this.at}/${one.name}`);
    const {label, hint} = this.common(one);
    return html`<div class="field"><label for=${id}>${label}</label>
      <textarea class="input lines" id=${id} name="${this.at}/${one.name}" rows="1" ?required=${one.required} aria-invalid=${error ? 'true' : nothing}
        aria-describedby="${id}-hint ${error ? `${id}-error` : ''}" .value=${this.written(one, value, given.join('\n'))}
        @input=${({target}) => this.put(one.name, read(one, target.value), target.value)}></textarea>
      <span class="hint" id="${id}-hint">${hint ?? t('editor.onePerLine')}</span>${error ? html`<span class="error" id="${id}-error">${error}</span>` : nothing}</div>`;
  }

  amount(one, value, unit) {
    return field({
      ...this.common(one),
      type: 'number',
      step: unit === 1 ? 1 : 'any',
      min: one.min === undefined ? undefined : one.min / unit,
      max: one.max === undefined ? undefined : one.max / unit,
      value: this.written(one, value, value === undefined ? '' : value / unit),
      on: (next) => this.put(one.name, read(one, next), next),
    });
  }

  variants(one) {
    const chosen = one.fields.find(({name}) => this.value[name] !== undefined) ?? one.fields.find(({name}) => name === this.last) ?? one.fields[0];
    const pick = (name) => {
      const next = one.fields.find((each) => each.name === name);
      let value = this.value;
      for (const each of one.fields) value = withField(value, each.name, undefined);
      this.last = name;
      this.emit('changed', withField(value, name, carried(this.value[chosen.name], next)));
    };
    return html`${field({...this.common(one), value: chosen.name, options: one.fields.map(({name}) => [name, t(`editor.${one.name}_${name}`)]), on: pick, error: undefined, required: false})}${this.one(chosen)}`;
  }

  checks(one, options) {
    const given = new Set([this.value[one.name] ?? []].flat());
    const error = this.fault(one.name);
    const set = (key, on) => {
      const next = options.map(([each]) => each).filter((each) => (each === key ? on : given.has(each)));
      this.put(one.name, next.length || one.name === 'is' ? next : undefined);
    };
    const {label, hint} = this.common(one);
    return html`<fieldset class="whole"><legend>${label}</legend>
      ${options.length ? html`<div class="checks">${options.map(([key, text]) => html`<label class="check"><input type="checkbox" name="${this.at}/${one.name}" value=${key} .checked=${given.has(key)} @change=${({target}) => set(key, target.checked)} />${text}</label>`)}</div>` : html`<span class="faint small">${t('editor.noDevices')}</span>`}
      ${hint ? html`<span class="hint">${hint}</span>` : nothing}${error ? html`<span class="error">${error}</span>` : nothing}</fieldset>`;
  }

  known(ids) {
    const all = devices.get() ?? new Map();
    return [...ids.filter((id) => !all.has(id)).map((id) => [id, deviceName(id)]), ...[...all.values()].map(({id, name}) => [id, name])];
  }

  streams(value) {
    const all = (streams.get() ?? []).map(({id, title, username, kind}) => [id, title || (username ? `@${username}` : kind)]);
    return value && !all.some(([id]) => id === value) ? [[value, `${value.slice(0, 8)}…`], ...all] : all;
  }

  roles(one, value) {
    const form = {kind: one.of, min: one.min, max: one.max};
    const error = this.fault(one.name);
    return html`<fieldset class="whole"><legend>${t(`editor.${one.name}`)}</legend><div class="roles">${ROLES.map((role) => {
      const key = `${one.name} ${role}`;
      const each = {...form, name: role};
      const unit = one.of === 'seconds' ? 1000 : 1;
      const typed = this.typed.get(key);
      return field({
        name: `${this.at}/${one.name}/${role}`,
        label: t(`editor.role_${role}`),
        type: 'number',
        min: one.min / unit,
        max: one.max / unit,
        step: unit === 1 ? 1 : 'any',
        value: typed !== undefined && read(each, typed) === value[role] ? typed : value[role] === undefined ? '' : value[role] / unit,
        on: (next) => {
          this.typed.set(key, next);
          const roles = withField(value, role, read(each, next));
          this.put(one.name, Object.keys(roles).length ? roles : undefined);
        },
      });
    })}</div>${error ? html`<span class="error">${error}</span>` : nothing}</fieldset>`;
  }

  between(one, value) {
    const set = (part, next) => this.put(one.name, withField(value, part, next));
    const part = (name, more) => field({name: `${this.at}/between/${name}`, label: t(`editor.between_${name}`), value: value[name] ?? '', on: (next) => set(name, next), error: faultAt(this.faults, `${this.at}/between/${name}`) || undefined, ...more});
    return html`<fieldset class="whole"><legend>${t('editor.between')}</legend>
      <label class="check"><input type="checkbox" name="${this.at}/between" .checked=${value !== undefined} @change=${({target}) => this.put(one.name, target.checked ? {from: '18:00', to: '23:00', zone: Intl.DateTimeFormat().resolvedOptions().timeZone} : undefined)} />${t('editor.between_only')}</label>
      ${value ? html`<div class="two">${part('from', {type: 'time'})}${part('to', {type: 'time'})}${part('zone', {hint: t('editor.between_zone_hint')})}</div>` : nothing}</fieldset>`;
  }

  json(one, value) {
    const typed = this.typed.get(one.name);
    const shown = typed !== undefined && (parsed(typed) === undefined || same(parsed(typed), value)) ? typed : value === undefined ? '' : JSON.stringify(value, null, 2);
    const broken = shown.trim() !== '' && parsed(shown) === undefined;
    return field({
      ...this.common(one),
      rows: 4,
      spellcheck: 'false',
      value: shown,
      error: broken ? t('editor.notJson') : this.fault(one.name) || undefined,
      on: (next) => {
        this.typed.set(one.name, next);
        if (next.trim() === '') this.put(one.name, undefined, next);
        else if (parsed(next) !== undefined) this.put(one.name, parsed(next), next);
        else this.requestUpdate();
      },
    });
  }
}

/** What the hub fills in, and what is therefore not worth to be shown. */
const isPlain = (name, value) => value === 0 || (name === 'ttl_ms' && value === 2000);

/** What was typed means. */
function read({kind, integers, single}, typed) {
  if (kind === 'texts') {
    const all = typed.split('\n').map((line) => line.trim()).filter(Boolean);
    if (single && all.length < 2) return all[0] ?? '';
    return all.length ? all.map((line) => (integers && /^\d+$/.test(line) ? Number(line) : line)) : undefined;
  }
  if (typed === '' || !Number.isFinite(Number(typed))) return undefined;
  return kind === 'seconds' ? Math.round(Number(typed) * 1000) : Number(typed);
}

/** What of a former field goes over into another one of the same choice. */
function carried(value, next) {
  if (next.kind === 'number') return typeof value === 'number' ? value : (next.min ?? 1);
  if (LISTS.has(next.kind)) return value ?? '';
  if (next.kind === 'text' && next.required && next.mono) return [value ?? ''].flat()[0] ?? '';
  return next.kind === 'text' ? '' : undefined;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

customElements.define('sw-fields', Fields);
