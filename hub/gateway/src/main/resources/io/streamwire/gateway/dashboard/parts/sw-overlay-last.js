import {Component, html, nothing} from '../core/element.js';
import {viewerName} from '../core/events.js';
import {length, number} from '../core/format.js';
import {isolated} from '../core/overlays.js';
import {t} from '../core/text.js';

const SHOWN_MS = 6000;
const LEAST_MS = 1500;
const WAITING = 3;
const KNOWN = 200;
const LONGEST = 80;
const LOOKS = 4;
const LOOK_AGAIN_MS = 500;

/** Who moved what, and how fast: the last command of a rule that a board has confirmed. */
class OverlayLast extends Component {
  static properties = {line: {attribute: false}, stays: {type: Boolean}, now: {state: true}};

  constructor() {
    super();
    this.waiting = [];
    this.seen = new Set();
    this.names = new Map();
  }

  connectedCallback() {
    super.connectedCallback();
    this.line.hear('commands', (command) => this.heard(command));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  heard({command_id: id, state, source, event_id: event, device_id: device, hops}) {
    if (source !== 'rule' || !event || hops?.on === undefined || !['started', 'done'].includes(state) || this.seen.has(id)) return;
    this.seen.add(id);
    if (this.seen.size > KNOWN) this.seen.delete(this.seen.values().next().value);
    this.waiting = [...this.waiting, {event, device, ms: tookMs(hops)}].slice(-WAITING);
    if (!this.timer || this.resting) this.next();
  }

  async next() {
    clearTimeout(this.timer);
    this.resting = false;
    const move = this.waiting.shift();
    if (!move) return this.rest();
    this.timer = setTimeout(() => this.next(), LEAST_MS);
    try {
      const [event, name] = await Promise.all([this.event(move.event), this.deviceName(move.device)]);
      this.now = {event, name, ms: move.ms, at: performance.now()};
    } catch {
      // Without its event there is nobody to name.
    }
    return undefined;
  }

  /** A board may be faster than the log of events. */
  async event(id) {
    for (let look = 1; ; look++) {
      try {
        return await this.line.get(`/livestreams/events/${id}`);
      } catch (fault) {
        if (look === LOOKS) throw fault;
        await new Promise((done) => setTimeout(done, LOOK_AGAIN_MS));
      }
    }
  }

  /** What is shown stays a while, and the next one may come at once. */
  rest() {
    this.resting = true;
    if (this.stays) return;
    this.timer = setTimeout(() => {
      this.now = undefined;
      this.timer = undefined;
    }, SHOWN_MS - LEAST_MS);
  }

  async deviceName(id) {
    if (!this.names.has(id)) this.names.set(id, (await this.line.get(`/devices/${id}`)).name);
    return this.names.get(id);
  }

  render() {
    if (!this.now) return nothing;
    const {event, name, ms} = this.now;
    const values = {what: isolated(what(event)), device: isolated(name), time: ms === undefined ? '' : length(Math.max(0, ms)).replace(' ', '\u00a0')};
    return html`<div class="over-panel"><strong class="theirs cut"><bdi>${viewerName(event.user)}</bdi></strong><span class="theirs over-two">${t(ms === undefined ? 'overlays.movedSometime' : 'overlays.moved', values)}</span></div>`;
  }
}

/** From the frame of the event, or from the decision where no frame was: a button, a webhook. */
function tookMs({frame, decided, on}) {
  const from = frame ?? decided;
  return from === undefined ? undefined : (on - from) / 1000;
}

function what({type, payload = {}}) {
  switch (type) {
    case 'tiktok.gift':
      return `${(payload.name ?? '').slice(0, LONGEST)} ×${number(payload.count ?? 1)}`;
    case 'tiktok.comment':
      return t('overlays.comment', {text: (payload.text ?? '').slice(0, LONGEST)});
    default:
      return t(`overlays.what_${['like', 'follow', 'share', 'subscribe', 'join'].find((one) => type === `tiktok.${one}`) ?? 'other'}`);
  }
}

customElements.define('sw-overlay-last', OverlayLast);
