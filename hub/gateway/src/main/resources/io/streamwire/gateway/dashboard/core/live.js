import {Value} from './value.js';
import {workspaceId} from './api.js';
import {resume, session} from './session.js';

/**
 * One WebSocket for everything that happens in the workspace. Each topic is resumed behind the last cursor that came, so that a
 * short break loses nothing; when the hub has forgotten what was in between, listeners hear `gap` and read anew.
 */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
const SILENCE = 40_000;

/** `{state: idle | connecting | open | lost, at: when something came last}` */
export const line = new Value({state: 'idle', at: Date.now()});

const topics = new Map();
let socket;
let pause = FIRST_PAUSE;
let retry;
let watchdog;

/**
 * Hears a topic: events, decisions, commands, devices, livestreams or overlay. The listener gets `(data, event)`, where `event` is
 * what server-sent events call it; the second one is called when something in between is gone. The answer ends it.
 */
export function hear(topic, onData, onGap = () => {}) {
  const entry = topics.get(topic) ?? {listeners: new Set(), cursor: undefined, asked: false, refused: false};
  topics.set(topic, entry);
  const listener = {onData, onGap};
  entry.listeners.add(listener);
  start();
  if (line.get().state === 'open') ask([topic]);
  return () => {
    entry.listeners.delete(listener);
    if (entry.listeners.size === 0) stopHearing(topic);
  };
}

function stopHearing(topic) {
  // A page that is left and entered again asks for the same: the next listener may be there within a moment.
  setTimeout(() => {
    const entry = topics.get(topic);
    if (!entry || entry.listeners.size > 0) return;
    topics.delete(topic);
    send({type: 'unsubscribe', id: topic});
    if (topics.size === 0) end();
  }, 2000);
}

function start() {
  if (socket || retry || session.get().state !== 'in') return;
  connect();
}

function connect() {
  retry = undefined;
  if (topics.size === 0 || session.get().state !== 'in') return;
  set('connecting');
  const mine = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/v1/live`);
  socket = mine;
  mine.onopen = () => {
    if (mine !== socket) return;
    pause = FIRST_PAUSE;
    set('open');
    topics.forEach((entry) => (entry.asked = false));
    ask([...topics.keys()]);
    watch();
  };
  mine.onmessage = ({data}) => {
    if (mine === socket) received(data);
  };
  mine.onclose = () => {
    if (mine === socket) lost();
  };
}

function lost() {
  socket = undefined;
  clearTimeout(watchdog);
  if (topics.size === 0) return;
  set('lost');
  retry = setTimeout(connect, pause * (0.5 + Math.random()));
  pause = Math.min(LONGEST_PAUSE, pause * 2);
}

/** Nothing for that long, not even a ping: the line is dead whatever the browser says. */
function watch() {
  clearTimeout(watchdog);
  watchdog = setTimeout(() => {
    const dead = socket;
    lost();
    dead?.close();
  }, SILENCE);
}

function end() {
  clearTimeout(retry);
  clearTimeout(watchdog);
  retry = undefined;
  const old = socket;
  socket = undefined;
  old?.close();
  line.set({state: 'idle', at: line.get().at});
}

function set(state) {
  line.set({state, at: state === 'open' ? Date.now() : line.get().at});
}

function send(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function ask(wanted) {
  for (const topic of wanted) {
    const entry = topics.get(topic);
    if (!entry || entry.asked) continue;
    entry.asked = true;
    entry.refused = false;
    const after = entry.cursor === undefined ? undefined : {[topic]: entry.cursor};
    send({type: 'subscribe', id: topic, workspace_id: workspaceId.get(), topics: [topic], after});
  }
}

let lastTold = 0;

function received(text) {
  watch();
  const message = JSON.parse(text);
  const now = Date.now();
  if (now - lastTold > 1000) {
    lastTold = now;
    if (![...topics.values()].some(({refused: out}) => out)) line.set({state: 'open', at: now});
  }
  take(message);
}

function take(message) {
  switch (message.type) {
    case 'data':
      return data(message);
    case 'batch':
      return message.items.forEach((item) => take({type: 'data', ...item}));
    case 'gap':
      return gap(message);
    case 'subscribed':
      return passed({[message.id]: message.cursors ?? {}});
    case 'ping':
      passed(message.cursors ?? {});
      return send({type: 'pong'});
    case 'error':
      return refused(message);
    default:
      return undefined;
  }
}

function data({topic, cursor, event, data: body}) {
  const entry = topics.get(topic);
  if (!entry) return;
  if (cursor !== undefined) entry.cursor = cursor;
  entry.listeners.forEach(({onData}) => onData(body, event));
}

/** Nothing more comes of that topic: what is shown of it is old from now on, and our role may have changed. */
function refused({id, code, detail, reason}) {
  console.warn('live', code, detail ?? reason);
  const entry = topics.get(id);
  if (!entry) return;
  entry.asked = false;
  entry.refused = true;
  set('lost');
  if (['workspace_forbidden', 'role_too_low'].includes(code)) resume();
  else setTimeout(() => ask([id]), LONGEST_PAUSE);
}

/** Up to where the hub has looked, also where there was nothing for us. */
function passed(cursors) {
  for (const [id, byTopic] of Object.entries(cursors)) {
    const entry = topics.get(id);
    if (entry && byTopic[id] !== undefined) entry.cursor = byTopic[id];
  }
}

function gap({topic}) {
  for (const [name, entry] of topics) {
    if (topic === undefined || topic === name) entry.listeners.forEach(({onGap}) => onGap());
  }
}

/** Another workspace or another user: nothing of before counts. */
function anew() {
  topics.forEach((entry) => (entry.cursor = undefined));
  end();
  start();
}

workspaceId.listen(anew);
session.listen(({state}) => (state === 'in' ? start() : end()));
addEventListener('online', () => {
  if (!retry) return;
  clearTimeout(retry);
  connect();
});
