import {Value} from './value.js';
import {ApiError, get, onSignedOut, post, remove, workspaceId} from './api.js';

/** Who is signed in: `unknown` until the hub has said so, then `in` or `out`. */
export const session = new Value({state: 'unknown', user: null, workspaces: []});

const KEY = 'streamwire.workspace';
// Whoever needs STOP does not wait for a database that hangs.
const PATIENCE = 4000;
const RANKS = ['viewer', 'moderator', 'admin', 'owner'];

onSignedOut(() => {
  if (session.get().state !== 'out') ended();
});

function ended() {
  session.set({state: 'out', user: null, workspaces: []});
}

/** Asks the hub who we are. While it does not answer the last workspace counts, so that STOP has one. */
export async function resume() {
  workspaceId.set(kept());
  try {
    await entered();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) ended();
    else session.set({...session.get(), state: 'unreachable'});
  }
}

async function entered() {
  const {user, workspaces} = await get('/auth/me', {timeout: PATIENCE});
  // A shared link says which workspace it is about.
  const here = new URLSearchParams(location.search);
  const asked = here.get('workspace') ?? new URLSearchParams(here.get('to')?.split('?')[1]).get('workspace');
  const chosen = workspaces.find(({id}) => id === asked) ?? workspaces.find(({id}) => id === kept()) ?? workspaces[0];
  choose(chosen?.id ?? null);
  session.set({state: 'in', user, workspaces});
}

export async function signIn(email, password) {
  workspaceId.set(null);
  await post('/auth/sessions', {email, password});
  await entered();
}

export async function register(email, password, displayName) {
  workspaceId.set(null);
  await post('/auth/register', {email, password, display_name: displayName});
  await signIn(email, password);
}

export async function signOut() {
  await remove('/auth/sessions/current');
  ended();
}

/** The workspace that the page is about. */
export const workspace = () => session.get().workspaces.find(({id}) => id === workspaceId.get());

/** Whether the role in this workspace is at least that one. */
export const may = (role) => RANKS.indexOf(workspace()?.role ?? 'viewer') >= RANKS.indexOf(role);

export function choose(id) {
  workspaceId.set(id);
  try {
    if (id) localStorage.setItem(KEY, id);
  } catch {
    // A private window: the first workspace comes next time.
  }
}

function kept() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
