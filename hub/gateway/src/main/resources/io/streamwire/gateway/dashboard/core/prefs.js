import {Value} from './value.js';

/** How this browser shows things: kept here, never on the hub. */
const KEY = 'streamwire.prefs';
const THEMES = ['dark', 'light', 'contrast'];
export const LANGUAGES = {en: 'English', id: 'Bahasa Indonesia', vi: 'Tiếng Việt', pt: 'Português', es: 'Español'};

export const prefs = new Value(read());

function read() {
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') ?? {};
  } catch {
    // Not ours, or no storage: as if it were the first time.
  }
  return {
    theme: THEMES.includes(kept.theme) ? kept.theme : 'dark',
    motion: kept.motion === 'less' ? 'less' : 'system',
    language: kept.language in LANGUAGES ? kept.language : ofBrowser(),
    zone: isZone(kept.zone) ? kept.zone : undefined,
  };
}

function isZone(name) {
  try {
    return typeof name === 'string' && Boolean(Intl.DateTimeFormat('en', {timeZone: name}));
  } catch {
    return false;
  }
}

function ofBrowser() {
  const wanted = navigator.languages.map((language) => language.slice(0, 2));
  return wanted.find((language) => language in LANGUAGES) ?? 'en';
}

export function setPrefs(change) {
  prefs.update((before) => ({...before, ...change}));
}

function apply({theme, motion, language}) {
  const root = document.documentElement;
  root.dataset.theme = theme;
  root.dataset.motion = motion;
  root.lang = language;
}

apply(prefs.get());
prefs.listen((now) => {
  apply(now);
  try {
    localStorage.setItem(KEY, JSON.stringify(now));
  } catch {
    // A private window: it holds until the page is closed.
  }
});

export const lessMotion = () =>
  prefs.get().motion === 'less' || matchMedia('(prefers-reduced-motion: reduce)').matches;
