import {Value} from './value.js';
import {ApiError, get} from './api.js';
import {hear} from './live.js';

const MOST = 200;
const FLUSH = 150;

/** The newest decisions of the rules, newest first, as `GET /rules/executions` has them. */
export class Decisions {
  list = new Value([]);
  #pending = [];
  #flushing;
  #ends = [];

  start() {
    this.#ends = [hear('decisions', (decision) => this.#push(decision), () => this.#read())];
    this.#read();
  }

  stop() {
    this.#ends.forEach((end) => end());
    clearTimeout(this.#flushing);
    this.#flushing = undefined;
  }

  #push(decision) {
    this.#pending.push({...decision, at: timeOf(decision.at)});
    if (this.#pending.length > MOST * 2) this.#pending.splice(0, MOST);
    this.#flushing ??= setTimeout(() => this.#flush(), FLUSH);
  }

  #flush() {
    this.#flushing = undefined;
    const fresh = this.#pending.reverse();
    this.#pending = [];
    this.#set([...fresh, ...this.list.get()]);
  }

  async #read() {
    try {
      const {items} = await get('/rules/executions?limit=100');
      this.#set([...this.list.get(), ...items]);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  #set(list) {
    const byId = new Map(list.map((decision) => [decision.id, decision]));
    const sorted = [...byId.values()].sort((one, other) => new Date(other.at) - new Date(one.at));
    this.list.set(sorted.slice(0, MOST));
  }
}

/** Milliseconds or a text, as one thing. */
export const timeOf = (at) => (typeof at === 'number' ? new Date(at > 1e14 ? at / 1000 : at).toISOString() : at);
