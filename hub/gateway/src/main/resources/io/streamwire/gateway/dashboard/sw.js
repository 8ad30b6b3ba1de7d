// Keeps the shell, so that the page and its STOP open while the network is slow. Never an answer of the API.
const BASE = '@base@';
const PATIENCE = 3000;
// An address has one content here, whatever the browser says that it accepts.
const SAME = {ignoreVary: true};
const CACHE = `shell-${BASE}`;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.add(new Request('/live', {headers: {Accept: 'text/html'}})))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))),
      )
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const {request} = event;
  if (request.method !== 'GET') return;
  if (request.mode === 'navigate') {
    event.respondWith(page(request));
    return;
  }
  if (new URL(request.url).pathname.startsWith(`${BASE}/`)) {
    event.respondWith(kept(request));
  }
});

/** The hub's own page if it comes soon; a hub that hangs is as good as one that is away. */
async function page(request) {
  try {
    return await fetch(request, {signal: AbortSignal.timeout(PATIENCE)});
  } catch {
    return (await caches.match('/live', SAME)) ?? Response.error();
  }
}

async function kept(request) {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request, SAME);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}
