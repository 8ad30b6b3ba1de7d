import {LitElement, css, html, nothing, svg} from 'lit';

const adopted = new Set();

/**
 * What every component is made of. It renders into the page itself, not into a shadow root: one style sheet for all, and
 * labels reach across components. Its `styles` are nested below its own tag.
 */
export class Component extends LitElement {
  createRenderRoot() {
    const {styles} = this.constructor;
    if (styles && !adopted.has(styles)) {
      adopted.add(styles);
      document.adoptedStyleSheets.push(styles.styleSheet);
    }
    return this;
  }

  /** Tells those above. */
  emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, {detail, bubbles: true}));
  }
}

export {css, html, nothing, svg};
