import {Value} from './value.js';
import {ApiError, get, newKey, post} from './api.js';
import {FINAL} from './actions.js';
import {hear} from './live.js';
import {eventsOf, planOf} from './recordings.js';
import {arm, stopDevices} from './safety.js';

const LOOK_EVERY = 400;
const SETTLE = 1500;
/** Boards stay armed for as long as the show takes, and a little more. */
const SPARE = 60_000;

export const SPEEDS = [1, 2, 5, 10, 25, 50, 100, 'max'];

/**
 * One run of a recording. First it is worked out what the rules would do about it; unless that is all, it is then played, and what
 * the rules do is heard of.
 *
 * `state` is `{phase, plan, events, progress, problem, stopped}`: the phase is idle, planning, playing or done; `progress` 0 to 1.
 */
export class Rehearsal {
  state = new Value({phase: 'idle'});
  /** What was heard while it played. */
  heard = {decisions: [], done: 0, failed: 0};
  #livestream;
  #armed = [];
  #events = new Map();
  #waiting = [];
  #ended = new Set();
  #ends = [];
  #abort = new AbortController();

  /** @param boards the ids of simulated boards that are to move; undefined: nothing is played, empty: nothing is armed */
  async run(recording, {speed, boards}) {
    try {
      this.#set({phase: 'planning'});
      const {signal} = this.#abort;
      const [plan, events] = await Promise.all([planOf(recording.id, signal), eventsOf(recording.id, signal)]);
      this.#set({plan, events, progress: 0});
      if (boards) await this.#play(recording, speed, boards);
      this.#set({phase: 'done'});
    } catch (error) {
      if (!(error instanceof ApiError) && error.name !== 'AbortError') throw error;
      this.#set({phase: this.state.get().plan ? 'done' : 'idle', problem: error instanceof ApiError ? error : undefined});
    } finally {
      await this.#leave();
    }
  }

  /** Ends it, wherever it is. */
  async stop() {
    this.#set({stopped: true});
    this.#abort.abort();
    if (this.#livestream) await post(`/livestreams/${this.#livestream}/disconnect`);
  }

  async #play(recording, speed, boards) {
    this.#ends = [
      hear('events', (event) => this.#event(event)),
      hear('decisions', (decision) => this.#decision(decision)),
      hear('commands', (command) => this.#command(command)),
    ];
    if (boards.length > 0) {
      await arm(Math.min(12 * 3_600_000, recording.duration_ms / (speed === 'max' ? 100 : speed) + SPARE), boards);
      this.#armed = boards;
    }
    if (this.state.get().stopped) return;
    const replay = await post(`/livestreams/recordings/${recording.id}/replay`, {speed}, {key: newKey()});
    this.#livestream = replay.livestream_id;
    this.#set({phase: 'playing', livestream: this.#livestream});
    this.#match();
    if (this.state.get().stopped) await this.stop();
    for (;;) {
      const {status, position_ms: position, duration_ms: duration} = await get(`/livestreams/${this.#livestream}/replay`);
      this.#set({progress: status === 'ended' && !this.state.get().stopped ? 1 : Math.min(1, position / Math.max(1, duration))});
      if (status === 'ended') break;
      await pause(LOOK_EVERY);
    }
    // What the last events set in motion is still on its way.
    await pause(SETTLE);
  }

  async #leave() {
    this.#ends.forEach((end) => end());
    this.#ends = [];
    const boards = this.#armed;
    this.#armed = [];
    if (boards.length > 0) await stopDevices(boards);
  }

  #event(event) {
    if (!event.simulated) return;
    this.#events.set(event.id, event);
    this.#match();
  }

  #decision(decision) {
    this.#waiting.push(decision);
    this.#match();
  }

  /** Decisions and events come on lines of their own, in any order, and before it is known which livestream is ours. */
  #match() {
    if (!this.#livestream || this.#waiting.length === 0) return;
    const rest = [];
    for (const decision of this.#waiting) {
      const event = this.#events.get(decision.event_id);
      if (!event) rest.push(decision);
      else if (event.livestream_id === this.#livestream) this.heard.decisions.push({...decision, event, at: event.received_at});
    }
    this.#waiting = rest.slice(-1000);
    this.#changed();
  }

  #command({command_id: id, event_id: event, state}) {
    if (!event || !(FINAL.has(state) || state === 'refused') || this.#ended.has(id)) return;
    this.#ended.add(id);
    this.heard[state === 'done' ? 'done' : 'failed']++;
    this.#changed();
  }

  #changed() {
    this.#due ??= setTimeout(() => {
      this.#due = undefined;
      this.#set({});
    }, 150);
  }

  #due;

  #set(change) {
    this.state.set({...this.state.get(), ...change});
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** When something was, from the beginning of the recording's events, ms. */
export const offset = (plan, at) => Math.max(0, Date.parse(at) - Date.parse(plan.from));

/** How long its events take, ms. */
export const lengthOf = (plan) => Math.max(1, offset(plan, plan.to ?? plan.from));
