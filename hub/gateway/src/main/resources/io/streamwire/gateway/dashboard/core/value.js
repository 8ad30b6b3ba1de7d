/** Something that changes, and whoever wants to know. */
export class Value {
  #current;
  #listeners = new Set();

  constructor(initial) {
    this.#current = initial;
  }

  get() {
    return this.#current;
  }

  set(next) {
    if (Object.is(next, this.#current)) return;
    this.#current = next;
    this.#listeners.forEach((listener) => listener(next));
  }

  update(change) {
    this.set(change(this.#current));
  }

  /** Calls the listener with every change; the answer ends that. */
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** Renders a component anew whenever one of the values changes, as long as it is in the page. */
export class Watch {
  #host;
  #values;
  #ends = [];

  constructor(host, ...values) {
    this.#host = host;
    this.#values = values;
    host.addController(this);
  }

  hostConnected() {
    this.#ends = this.#values.map((value) => value.listen(() => this.#host.requestUpdate()));
  }

  hostDisconnected() {
    this.#ends.forEach((end) => end());
    this.#ends = [];
  }
}
