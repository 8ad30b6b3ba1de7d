import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {go} from '../core/router.js';
import {readRules} from '../core/rules.js';
import {t} from '../core/text.js';
import '../parts/sw-recipes.js';

/** The cookbook. */
class RecipesPage extends Component {
  static properties = {params: {attribute: false}, workspace: {attribute: false}};

  static styles = css`
    sw-recipes-page {
      display: grid;
      gap: var(--s5);
    }
  `;

  constructor() {
    super();
    new Watch(this, prefs);
  }

  render() {
    return html`<header class="page-head"><div><a class="small" href="/rules">${t('rules.title')}</a><h1>${t('rules.recipes')}</h1><p>${t('rules.recipesText')}</p></div></header>
      <sw-recipes @made=${this.made}></sw-recipes>`;
  }

  async made({detail}) {
    await readRules();
    go(`/rules/${detail.id}`);
  }
}

customElements.define('sw-recipes-page', RecipesPage);
