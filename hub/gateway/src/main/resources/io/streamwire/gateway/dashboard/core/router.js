import {Value} from './value.js';
import {loadTexts} from './text.js';
import {missing, routes} from '../routes.js';

/** What the address names: `{route, params, path}`; null until the first page is loaded. */
export const location_ = new Value(null);

const compiled = routes.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}/?$`),
}));

let turn = 0;

/** Shows a page of the dashboard; `replace` leaves no trace in the history. */
export async function go(path, {replace = false} = {}) {
  history[replace ? 'replaceState' : 'pushState'](null, '', path);
  await show();
}

/** Shows what the address names, once its page and texts are there. */
export async function show() {
  const mine = ++turn;
  const path = location.pathname;
  const found = match(path) ?? {route: missing, params: {}};
  try {
    await Promise.all([found.route.load(), ...(found.route.texts ?? []).map(loadTexts)]);
  } catch (error) {
    return reload(error);
  }
  if (mine !== turn) return;
  sessionStorage.removeItem('streamwire.reloaded');
  location_.set({...found, path});
  scrollTo(0, 0);
}

function match(path) {
  for (const {route, pattern} of compiled) {
    const found = pattern.exec(path);
    if (found) return {route, params: {...found.groups}};
  }
  return undefined;
}

/** A page that is not there any more: the hub is of another version now. */
function reload(error) {
  if (sessionStorage.getItem('streamwire.reloaded')) throw error;
  sessionStorage.setItem('streamwire.reloaded', '1');
  location.reload();
}

/** Links within the dashboard change the page, not the document. */
export function followLinks(root) {
  root.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest('a[href]');
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    const {pathname} = link;
    if (!match(pathname)) return;
    event.preventDefault();
    go(pathname + link.search + link.hash);
  });
  addEventListener('popstate', () => show());
}
