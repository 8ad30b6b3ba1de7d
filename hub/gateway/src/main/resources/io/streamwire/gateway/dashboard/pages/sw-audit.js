import {Component, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {workspaceId} from '../core/api.js';
import {dateTime} from '../core/format.js';
import {Listing} from '../core/reading.js';
import {may, session} from '../core/session.js';
import {hasText, t} from '../core/text.js';
import {empty} from '../kit/empty.js';
import {forbidden, moreOf, shown} from '../kit/reading.js';
import '../parts/sw-safety-log.js';

/** Who armed and stopped the devices, and who changed what about the workspace and its members. */
class AuditPage extends Component {
  static properties = {params: {attribute: false}, workspace: {attribute: false}};

  constructor() {
    super();
    new Watch(this, prefs, session);
    this.entries = new Listing(this, () => `/workspaces/${workspaceId.get()}/audit?limit=50`);
  }

  render() {
    return html`<div class="stack wide"><header class="page-head"><div><h1>${t('team.audit')}</h1><p>${t('team.auditText')}</p></div></header>
      ${may('admin') ? html`<sw-safety-log></sw-safety-log>${shown(this.entries, ({items}) => this.list(items))}` : forbidden()}</div>`;
  }

  list(items) {
    return html`<section class="card flush" aria-label=${t('team.changes')}>
      <div class="card-head"><h2>${t('team.changes')}</h2></div>
      ${items.length === 0 ? empty({sign: 'audit', title: t('team.noAudit'), text: t('team.noAuditText')}) : this.table(items)}</section>`;
  }

  table(items) {
    return html`<div class="table-wrap" tabindex="0" role="group" aria-label=${t('team.changes')}><table class="table stacked">
        <thead><tr><th>${t('team.when')}</th><th>${t('team.who')}</th><th>${t('team.what')}</th><th>${t('team.whom')}</th><th>${t('team.from')}</th></tr></thead>
        <tbody>${items.map((entry) => this.row(entry))}</tbody></table></div>
      ${moreOf(this.entries)}`;
  }

  row({at, event, user, subject, address, trace_id: trace}) {
    return html`<tr title=${trace}><td class="soft small last">${dateTime(at)}</td><td>${person(user)}</td>
      <td>${hasText(`team.event_${event}`) ? t(`team.event_${event}`) : event}</td><td>${person(subject)}</td><td class="mono small last">${address}</td></tr>`;
  }
}

const person = (one) =>
  one ? (one.display_name ? html`<span class="theirs"><bdi>${one.display_name}</bdi></span>` : html`<span class="faint mono small" title=${one.id}>…${one.id.slice(-6)}</span>`) : nothing;

customElements.define('sw-audit', AuditPage);
