import {noChange} from 'lit';
import {Directive, PartType, directive} from 'lit/directive.js';

/** Sets style properties through the CSSOM, since the page's policy allows no style attribute: `<i ${vars({width: '4px'})}>`. */
export const vars = directive(
  class extends Directive {
    #before = {};

    constructor(part) {
      super(part);
      if (part.type !== PartType.ELEMENT) throw new Error('vars() belongs on an element');
    }

    render() {
      return noChange;
    }

    update(part, [properties]) {
      for (const name of Object.keys(this.#before)) {
        if (!(name in properties)) part.element.style.removeProperty(name);
      }
      for (const [name, value] of Object.entries(properties)) {
        if (this.#before[name] !== value) part.element.style.setProperty(name, value);
      }
      this.#before = properties;
      return noChange;
    }
  },
);
