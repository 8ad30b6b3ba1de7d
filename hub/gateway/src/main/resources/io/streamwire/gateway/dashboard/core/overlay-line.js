import {Value} from './value.js';

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15_000;
const SILENCE = 40_000;
const LIMIT = 10_000;

/**
 * What an overlay knows of the hub, with an API key of its own and no session. `state` is connecting, open or refused (a key that is
 * not good). A lost connection comes back by itself and resumes behind what came last.
 */
export class OverlayLine {
  state = new Value('connecting');
  #key;
  #workspace;
  #topics = new Map();
  #cursors = {};
  #socket;
  #pause = FIRST_PAUSE;
  #retry;
  #watchdog;
  #closed = false;

  constructor(key, workspace) {
    this.#key = key;
    this.#workspace = workspace;
  }

  async get(path) {
    const response = await this.#fetch('GET', path);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.json();
  }

  /** Hears a topic of the live line from now on. */
  hear(topic, onData) {
    this.#topics.set(topic, onData);
    if (!this.#socket && !this.#retry) this.#retry = setTimeout(() => this.#connect());
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#watchdog);
    this.#socket?.close();
  }

  async #fetch(method, path) {
    const response = await fetch(`/api/v1${path}`, {
      method,
      headers: {Authorization: `Bearer ${this.#key}`, Accept: 'application/json'},
      credentials: 'omit',
      cache: 'no-store',
      signal: AbortSignal.timeout(LIMIT),
    });
    if (response.status === 401) this.state.set('refused');
    return response;
  }

  async #connect() {
    this.#retry = undefined;
    try {
      const ticket = await this.#ticket();
      this.#workspace ??= await this.#findWorkspace();
      if (!this.#closed) this.#open(ticket);
    } catch {
      this.#again();
    }
  }

  async #ticket() {
    const response = await this.#fetch('POST', '/auth/tickets');
    if (!response.ok) throw new Error(`ticket: ${response.status}`);
    return (await response.json()).ticket;
  }

  /** A link without a workspace: whatever there is says which one the key is of. */
  async #findWorkspace() {
    for (const path of ['/devices?limit=1', '/rules?limit=1', '/livestreams?limit=1']) {
      const [item] = (await this.get(path)).items;
      if (item) return item.workspace_id;
    }
    throw new Error('nothing is in the workspace yet');
  }

  #open(ticket) {
    const mine = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/v1/live?ticket=${encodeURIComponent(ticket)}`);
    this.#socket = mine;
    mine.onopen = () => {
      const topics = [...this.#topics.keys()];
      mine.send(JSON.stringify({type: 'subscribe', id: 'overlay', workspace_id: this.#workspace, topics, after: this.#cursors}));
      this.#watch();
    };
    mine.onmessage = ({data}) => {
      this.#watch();
      this.#take(JSON.parse(data));
    };
    mine.onclose = () => {
      if (mine !== this.#socket) return;
      this.#socket = undefined;
      this.#again();
    };
  }

  #again() {
    clearTimeout(this.#watchdog);
    if (this.#closed) return;
    if (this.state.get() === 'open') this.state.set('connecting');
    this.#retry = setTimeout(() => this.#connect(), this.#pause * (0.5 + Math.random()));
    this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2);
  }

  #watch() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#socket?.close(), SILENCE);
  }

  #take(message) {
    switch (message.type) {
      case 'batch':
        message.items.forEach((item) => this.#take({type: 'data', ...item}));
        break;
      case 'data':
        if (message.cursor !== undefined) this.#cursors[message.topic] = message.cursor;
        this.#topics.get(message.topic)?.(message.data, message.event);
        break;
      case 'subscribed':
        Object.assign(this.#cursors, message.cursors);
        this.#pause = FIRST_PAUSE;
        this.state.set('open');
        break;
      case 'ping':
        Object.assign(this.#cursors, message.cursors?.overlay);
        this.#socket?.send(JSON.stringify({type: 'pong'}));
        break;
      default:
    }
  }
}
