import './shell/sw-app.js';
import {prefs} from './core/prefs.js';
import {followLinks, show} from './core/router.js';
import {resume} from './core/session.js';
import {watchArming} from './core/safety.js';
import {loadTexts} from './core/text.js';

await Promise.all(['shell', 'problems'].map(loadTexts));
followLinks(document);
watchArming();
let spoken = prefs.get().language;
prefs.listen(async ({language}) => {
  if (language === spoken) return;
  spoken = language;
  await Promise.all(['shell', 'problems'].map(loadTexts));
  await show();
});
await Promise.all([resume(), show()]);

if ('serviceWorker' in navigator && isSecureContext) {
  const policy = globalThis.trustedTypes?.createPolicy('streamwire', {
    createScriptURL: (url) => {
      if (url !== '/sw.js') throw new TypeError('not our service worker');
      return url;
    },
  });
  // Without it the page works, only not offline.
  navigator.serviceWorker.register(policy ? policy.createScriptURL('/sw.js') : '/sw.js').catch(() => {});
}
