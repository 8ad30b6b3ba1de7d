import {html, nothing} from 'lit';
import {live} from 'lit/directives/live.js';

let made = 0;
const ids = new Map();

/** The same id for the same field of the same form, so that a label keeps its input. */
export const idOf = (name) => {
  if (!ids.has(name)) ids.set(name, `field-${++made}`);
  return ids.get(name);
};

/**
 * A labelled input.
 *
 * @param field name: unique on the page; label; value; on: called with the new text; hint; error; options: [[value, text]] makes
 *     it a choice, rows a long text; whatever else is in `more` goes onto the input: type, min, max, autocomplete, placeholder, ...
 */
export function field({name, label, value = '', on, hint, error, options, rows, type = 'text', ...more}) {
  const id = idOf(name);
  const about = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || nothing;
  const changed = (event) => on?.(event.target.value);
  const invalid = error ? 'true' : nothing;
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${input()}
    ${hint ? html`<span class="hint" id="${id}-hint">${hint}</span>` : nothing}
    ${error ? html`<span class="error" id="${id}-error">${error}</span>` : nothing}
  </div>`;

  function input() {
    if (options) {
      return html`<select class="input" id=${id} name=${name} aria-describedby=${about} aria-invalid=${invalid}
        ?disabled=${more.disabled} @change=${changed}>
        ${options.map(([key, text]) => html`<option value=${key} ?selected=${String(key) === String(value)}>${text}</option>`)}
      </select>`;
    }
    if (rows) {
      return html`<textarea class="input" id=${id} name=${name} rows=${rows} aria-describedby=${about} aria-invalid=${invalid}
        maxlength=${more.maxlength ?? nothing} placeholder=${more.placeholder ?? nothing} spellcheck=${more.spellcheck ?? nothing}
        .value=${live(value)} @input=${changed}></textarea>`;
    }
    return html`<input class="input" id=${id} name=${name} type=${type} aria-describedby=${about} aria-invalid=${invalid}
      min=${more.min ?? nothing} max=${more.max ?? nothing} step=${more.step ?? nothing} minlength=${more.minlength ?? nothing}
      maxlength=${more.maxlength ?? nothing} placeholder=${more.placeholder ?? nothing} autocomplete=${more.autocomplete ?? 'off'}
      inputmode=${more.inputmode ?? nothing} ?required=${more.required} ?disabled=${more.disabled} ?autofocus=${more.autofocus}
      autocapitalize=${more.autocapitalize ?? nothing} spellcheck=${more.spellcheck ?? nothing}
      .value=${live(String(value))} @input=${changed} />`;
  }
}

/** A choice of few, as buttons side by side. */
export const segments = ({label, value, options, on}) =>
  html`<div class="segments" role="group" aria-label=${label}>
    ${options.map(
      ([key, text]) =>
        html`<button type="button" aria-pressed=${String(key === value)} @click=${() => on(key)}>${text}</button>`,
    )}
  </div>`;

/** On or off. */
export const toggle = ({label, on, change, disabled = false}) =>
  html`<button type="button" class="switch" role="switch" aria-checked=${String(on)} aria-label=${label} ?disabled=${disabled}
    @click=${() => change(!on)}></button>`;
