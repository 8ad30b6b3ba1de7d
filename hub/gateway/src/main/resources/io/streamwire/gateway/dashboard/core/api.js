import {Value} from './value.js';

/**
 * The public API, and nothing but it. Who calls is in a cookie that no script can read; the header that goes with every change
 * proves that it was this page. A refusal is an `ApiError` with the problem's code.
 */
export class ApiError extends Error {
  constructor(status, problem, retryAfter) {
    super(problem.detail ?? problem.title ?? problem.code);
    this.status = status;
    this.code = problem.code ?? `http_${status}`;
    this.errors = problem.errors ?? [];
    this.traceId = problem.trace_id;
    this.retryAfter = retryAfter;
  }
}

/** The workspace that calls are about. */
export const workspaceId = new Value(null);

/** When the hub answered last, and whether it does. */
export const reach = new Value({ok: true, at: Date.now()});

const listeners = new Set();

/** Calls the listener when the hub no longer knows who we are. */
export const onSignedOut = (listener) => listeners.add(listener);

/** A key that nobody guesses; browsers have `randomUUID` only over TLS, and a hub on the local network may have none. */
export const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

let ahead = 0;

/** What time it is at the hub: a phone's clock may be wrong by minutes. */
export const hubNow = () => Date.now() + ahead;

/** The header has whole seconds, and was written a moment ago. */
function heedClock(date) {
  const difference = Date.parse(date) + 500 - Date.now();
  if (Number.isFinite(difference)) ahead = Math.abs(difference) < 2000 ? 0 : difference;
}

/**
 * @param options workspace: another one than the page's; body: sent as JSON; key: an Idempotency-Key; etag: for If-Match; wait: seconds to wait for the final state
 * @returns {Promise<{data: any, etag: string | null, status: number}>}
 */
export async function call(method, path, {body, key, etag, wait, accept, signal, timeout = 20_000, raw, workspace = workspaceId.get()} = {}) {
  const headers = {Accept: accept ?? 'application/json'};
  if (workspace) headers['X-Workspace-Id'] = workspace;
  if (method !== 'GET') headers['X-Streamwire'] = '1';
  if (key) headers['Idempotency-Key'] = key;
  if (etag) headers['If-Match'] = etag;
  if (wait) headers.Prefer = `wait=${wait}`;
  let content = raw;
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
    content = JSON.stringify(body);
  }
  const limit = AbortSignal.timeout(timeout);
  let response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      body: content,
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    reach.set({ok: false, at: reach.get().at});
    throw new ApiError(0, {code: limit.aborted ? 'timeout' : 'unreachable'});
  }
  reach.set({ok: true, at: Date.now()});
  heedClock(response.headers.get('Date'));
  return answer(response);
}

async function answer(response) {
  const type = response.headers.get('Content-Type') ?? '';
  const text = await response.text().catch(() => '');
  const data = type.includes('json') && !type.includes('ndjson') ? parsed(text) : text;
  if (!response.ok) {
    const problem = data && typeof data === 'object' ? data : {code: `http_${response.status}`};
    if (response.status === 401 && ['token_missing', 'token_invalid'].includes(problem.code)) {
      listeners.forEach((listener) => listener());
    }
    throw new ApiError(response.status, problem, Number(response.headers.get('Retry-After')) || undefined);
  }
  return {data, etag: response.headers.get('ETag'), status: response.status};
}

function parsed(text) {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

export const get = async (path, options) => (await call('GET', path, options)).data;
export const post = async (path, body, options) => (await call('POST', path, {body, ...options})).data;
export const put = async (path, body, options) => (await call('PUT', path, {body, ...options})).data;
export const patch = async (path, body, options) => (await call('PATCH', path, {body, ...options})).data;
export const remove = async (path, options) => (await call('DELETE', path, options)).data;

/** Reads a thing, lets `change` say what it becomes, and writes it; once more when somebody else was faster. */
export async function edit(path, change, method = 'PATCH') {
  for (let tries = 0; ; tries++) {
    const {data, etag} = await call('GET', path);
    try {
      return (await call(method, path, {body: change(data), etag})).data;
    } catch (error) {
      if (error.status !== 412 || tries > 0) throw error;
    }
  }
}

/** Every item of a list, up to `most`. */
export async function all(path, most = 1000) {
  const items = [];
  let cursor;
  do {
    const mark = path.includes('?') ? '&' : '?';
    const page = await get(`${path}${mark}limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && items.length < most);
  return items;
}
