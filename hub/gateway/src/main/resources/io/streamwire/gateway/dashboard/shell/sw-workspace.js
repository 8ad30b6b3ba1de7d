import {Component, css, html} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {workspaceId} from '../core/api.js';
import {choose, session} from '../core/session.js';
import {t} from '../core/text.js';

/** Which workspace the page is about. */
class Workspace extends Component {
  static styles = css`
    sw-workspace {
      display: grid;

      & select.input {
        min-height: 40px;
        font-weight: 600;
        text-overflow: ellipsis;
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, session, prefs, workspaceId);
  }

  render() {
    const {workspaces} = session.get();
    return html`<select class="input" aria-label=${t('shell.workspace')} @change=${(event) => choose(event.target.value)}>
      ${workspaces.map(
        ({id, name, role}) =>
          html`<option value=${id} ?selected=${id === workspaceId.get()}>${workspaces.length === 1 ? name : `${name} (${t(`shell.role_${role}`)})`}</option>`,
      )}
    </select>`;
  }
}

customElements.define('sw-workspace', Workspace);
