import {Component, css, html, nothing} from '../core/element.js';
import {Watch} from '../core/value.js';
import {prefs} from '../core/prefs.js';
import {deleteRecording, readRecordings, upload} from '../core/recordings.js';
import {countdown, dateTime, number} from '../core/format.js';
import {Reading} from '../core/reading.js';
import {may} from '../core/session.js';
import {t} from '../core/text.js';
import {chip} from '../kit/chip.js';
import {confirmDialog} from '../kit/confirm.js';
import {icon} from '../kit/icon.js';
import {shown} from '../kit/reading.js';
import {attempt, toast} from '../kit/toasts.js';

const MIB = 1024 * 1024;

/** The recorded shows of the workspace: one is chosen, others come as files or go; tells `chosen` with the recording. */
class Recordings extends Component {
  static properties = {chosen: {attribute: false}, locked: {type: Boolean}, asked: {state: true}, busy: {state: true}};

  static styles = css`
    sw-recordings {
      display: block;

      & li {
        display: flex;
        align-items: center;
        gap: var(--s2);
        padding-inline: var(--s5) var(--s3);
        border-top: 1px solid var(--line);
      }

      & label {
        display: flex;
        flex: 1;
        align-items: center;
        gap: var(--s3);
        min-width: 0;
        min-height: 60px;
        cursor: pointer;
      }

      & input[type='radio'] {
        flex: none;
        width: 18px;
        height: 18px;
        accent-color: var(--accent);
      }

      & ul {
        max-height: 320px;
        overflow-y: auto;
      }
    }
  `;

  constructor() {
    super();
    new Watch(this, prefs);
    this.recordings = new Reading(this, async () => {
      const items = await readRecordings();
      if (!items.some(({id}) => id === this.chosen?.id)) this.emit('chosen', items.find(ready) ?? items.at(-1));
      return items;
    });
  }

  render() {
    return html`<section class="card flush" aria-label=${t('rehearsal.recordings')}>
        <div class="card-head"><h2>${t('rehearsal.recordings')}</h2>
          ${may('admin') ? html`<input type="file" hidden data-file="recording" accept=".swrec,application/octet-stream" @change=${(event) => this.take(event.target)} />
            <button class="btn small" type="button" ?disabled=${this.busy} @click=${() => this.querySelector('[data-file=recording]').click()}>${icon('plus')}${this.busy ? t('rehearsal.uploading') : t('rehearsal.upload')}</button>` : nothing}</div>
        ${shown(this.recordings, (items) => html`<ul class="plain">${items.map((recording) => this.row(recording))}</ul>`)}
      </section>
      ${confirmDialog(this.asked, () => (this.asked = undefined))}`;
  }

  row(recording) {
    const {id, built_in: builtIn, started_at: startedAt, created_at: createdAt, duration_ms: duration, bytes} = recording;
    const about = [countdown(duration), builtIn ? t('rehearsal.builtIn') : dateTime(startedAt ?? createdAt), bytes ? `${number(bytes / MIB, 1)} MiB` : undefined];
    return html`<li data-recording=${id}>
      <label><input type="radio" name="recording" ?disabled=${this.locked || !ready(recording)} .checked=${this.chosen?.id === id} @change=${() => this.emit('chosen', recording)} />
        <span class="grow cut"><b class="theirs"><bdi>${nameOf(recording)}</bdi></b><br /><span class="soft small">${about.filter(Boolean).join(' · ')}</span></span></label>
      ${ready(recording) ? nothing : chip('warn', t('rehearsal.records'))}
      ${may('admin') && !builtIn && ready(recording) ? html`<button class="btn ghost icon small" type="button" ?disabled=${this.locked} aria-label=${t('rehearsal.delete', {name: nameOf(recording)})} @click=${() => this.ask(recording)}>${icon('trash')}</button>` : nothing}
    </li>`;
  }

  async take(input) {
    const [file] = input.files;
    input.value = '';
    if (!file) return;
    this.busy = true;
    const recording = await attempt(() => upload(file));
    this.busy = false;
    if (!recording) return;
    toast(t('rehearsal.uploaded'));
    this.emit('chosen', recording);
    await this.recordings.load();
  }

  ask(recording) {
    this.asked = {
      title: t('rehearsal.deleteTitle', {name: nameOf(recording)}),
      text: t('rehearsal.deleteText'),
      label: t('shell.remove'),
      act: async () => {
        await attempt(() => deleteRecording(recording.id));
        await this.recordings.load();
      },
    };
  }
}

const ready = ({state}) => state === 'ended';

export const nameOf = ({built_in: builtIn, username}) => (builtIn ? t('rehearsal.sampleShow') : `@${username}`);

customElements.define('sw-recordings', Recordings);
