import {ApiError, call} from './api.js';

/** One cheap question to each service, through the same gateway as everything else. */
const QUESTIONS = {
  auth: '/auth/me',
  ingest: '/livestreams/status',
  rules: '/rules?limit=1',
  devices: '/devices/arming?limit=1',
};

/** Which part is away when a service says one of these. */
const PARTS = {database_unavailable: 'database', bus_unavailable: 'redis'};

const LIMIT = 8000;

/** How long a service takes to answer, or why it does not: `{name, ms, at}` or `{name, code, part, at}`. */
async function asked(name, path) {
  const began = performance.now();
  try {
    await call('GET', path, {timeout: LIMIT});
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Whoever refuses has answered.
    const away = error.status === 0 || error.status >= 500;
    if (away) return {name, code: error.code, part: PARTS[error.code], at: Date.now()};
  }
  return {name, ms: performance.now() - began, at: Date.now()};
}

/** Whether the gateway reaches every service. */
async function gateway() {
  const began = performance.now();
  try {
    const response = await fetch('/health/ready', {cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(LIMIT)});
    const body = await response.json();
    const at = Date.now();
    return response.ok ? {name: 'gateway', ms: performance.now() - began, at} : {name: 'gateway', code: body.code ?? 'upstream_unavailable', detail: body.detail, at};
  } catch {
    return {name: 'gateway', code: 'unreachable', at: Date.now()};
  }
}

/** Asks all at once. */
export const askServices = () => Promise.all([gateway(), ...Object.entries(QUESTIONS).map(([name, path]) => asked(name, path))]);
