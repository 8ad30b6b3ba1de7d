import {Component, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {deviceName, devices} from '../core/devices.js';
import {dateTime} from '../core/format.js';
import {readPeople} from '../core/people.js';
import {Listing, Reading} from '../core/reading.js';
import {hasText, t} from '../core/text.js';
import {chip} from '../kit/chip.js';
import {empty} from '../kit/empty.js';
import {moreOf, shown} from '../kit/reading.js';

/** Who armed or stopped what, and why. */
class SafetyLog extends Component {
  constructor() {
    super();
    new Watch(this, prefs, devices);
    this.decisions = new Listing(this, () => '/devices/safety-log?limit=10');
    this.people = new Reading(this, readPeople);
  }

  render() {
    return html`<section class="card flush" aria-label=${t('team.safety')}>
      <div class="card-head"><div><h2>${t('team.safety')}</h2><p class="soft small">${t('team.safetyText')}</p></div></div>
      ${shown(this.decisions, ({items}) => (items.length === 0 ? empty({sign: 'armed', title: t('team.noAudit'), text: t('team.noSafetyText')}) : this.list(items)))}</section>`;
  }

  list(items) {
    return html`<div class="table-wrap" tabindex="0" role="group" aria-label=${t('team.safety')}><table class="table stacked">
        <thead><tr><th>${t('team.when')}</th><th>${t('team.who')}</th><th>${t('team.what')}</th><th>${t('team.devices')}</th></tr></thead>
        <tbody>${items.map((decision) => this.row(decision))}</tbody></table></div>
      ${moreOf(this.decisions)}`;
  }

  row({at, armed, until, by, why, device_ids: ids}) {
    const what = armed ? chip('good', t('team.armed')) : chip('warn', t('team.stopped'));
    const more = armed ? until && t('team.until', {when: dateTime(until)}) : hasText(`team.why_${why}`) && t(`team.why_${why}`);
    return html`<tr><td class="soft small last">${dateTime(at)}</td><td>${this.who(by)}</td>
      <td><span class="row tight">${what}${more ? html`<span class="soft small">${more}</span>` : nothing}</span></td>
      <td class="theirs">${ids.length === 0 ? t('team.allDevices') : html`<bdi>${ids.map(deviceName).join(', ')}</bdi>`}</td></tr>`;
  }

  /** A person by name, a board by its own, and whatever else it was by what it is. */
  who(by) {
    const [kind, id] = by.split(':');
    if (kind === 'user') {
      const name = this.people.data?.get(id);
      return name ? html`<span class="theirs"><bdi>${name}</bdi></span>` : html`<span class="faint mono small" title=${id}>…${id.slice(-6)}</span>`;
    }
    return html`<span class="theirs">${t(`team.by_${kind}`, {name: id ? deviceName(id) : ''})}</span>`;
  }
}

customElements.define('sw-safety-log', SafetyLog);
