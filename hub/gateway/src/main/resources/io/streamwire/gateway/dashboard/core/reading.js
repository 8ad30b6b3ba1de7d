import {ApiError, get, workspaceId} from './api.js';

/** What a component reads from the hub: nothing while it is on its way, then `data`, or `error` with the last `data`. Reads anew in another workspace. */
export class Reading {
  data;
  error;
  #host;
  #read;
  #turn = 0;
  #end;

  constructor(host, read) {
    this.#host = host;
    this.#read = read;
    host.addController(this);
  }

  hostConnected() {
    this.#end = workspaceId.listen(() => this.reset());
    this.load();
  }

  hostDisconnected() {
    this.#end();
    this.#turn++;
  }

  reset() {
    this.data = undefined;
    this.error = undefined;
    this.#host.requestUpdate();
    return this.load();
  }

  /** Of several at a time the last one counts. */
  async load() {
    const mine = ++this.#turn;
    try {
      const data = await this.#read();
      if (mine !== this.#turn) return;
      this.data = data;
      this.error = undefined;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (mine !== this.#turn) return;
      this.error = error;
    }
    this.#host.requestUpdate();
  }

  set(data) {
    this.data = data;
    this.#host.requestUpdate();
  }
}

/** A list that comes in pages: `data` is `{items, next_cursor}`, and grows by `more()`. */
export class Listing extends Reading {
  #path;

  /** @param path a function that says where the list is, so that it may depend on the workspace */
  constructor(host, path) {
    super(host, () => get(path()));
    this.#path = path;
  }

  async more() {
    const {items, next_cursor: cursor} = this.data;
    const path = this.#path();
    const next = await get(`${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`);
    // Meanwhile it may have been read anew.
    if (this.data?.items !== items) return;
    this.set({items: [...items, ...next.items], next_cursor: next.next_cursor});
  }
}
