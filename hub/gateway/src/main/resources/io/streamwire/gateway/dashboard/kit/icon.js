import {svg, html} from 'lit';

/** Drawn for this dashboard: 24 units wide, lines of 2. */
const PATHS = {
  live: svg`<circle cx="12" cy="12" r="2.5"/><path d="M7.8 16.2a6 6 0 0 1 0-8.4M16.2 7.8a6 6 0 0 1 0 8.4M5 19a10 10 0 0 1 0-14M19 5a10 10 0 0 1 0 14"/>`,
  devices: svg`<rect x="5" y="5" width="14" height="14" rx="2"/><path d="M9 1.5V5M15 1.5V5M9 19v3.500M15 19v3.500M1.5 9H5M1.5 15H5M19 9h3.500M19 15h3.5"/>`,
  rules: svg`<path d="M5 4v5a3 3 0 0 0 3 3h8a3 3 0 0 1 3 3v5M5 20v-4"/><circle cx="5" cy="13.5" r="1"/><path d="m16 17 3 3 3-3"/>`,
  receipts: svg`<path d="M6 2.500h12v19l-3-2-3 2-3-2-3 2zM9.5 8h5M9.5 12h5"/>`,
  start: svg`<path d="M5 21V4M5 4h12l-2.5 4L17 12H5"/>`,
  analytics: svg`<path d="M4 20h16M7 16v-4M12 16V6M17 16v-7"/>`,
  rehearsal: svg`<path d="M4 5v14l8-7zM13 5v14l8-7z"/>`,
  team: svg`<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20a6.5 6.5 0 0 1 13 0M16 5a3.5 3.5 0 0 1 0 6.500M18 14.500a6.5 6.5 0 0 1 3.5 5.5"/>`,
  tokens: svg`<circle cx="8" cy="15" r="4.5"/><path d="m11.5 11.5 8-8M16 7l3 3"/>`,
  audit: svg`<path d="M12 3 4.5 6v5c0 5 3.2 8.4 7.5 10 4.3-1.6 7.5-5 7.5-10V6zM9 12l2 2 4-4"/>`,
  settings: svg`<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>`,
  system: svg`<path d="M3 12h4l3-7 4 14 3-7h4"/>`,
  overlays: svg`<rect x="2.5" y="4" width="19" height="13" rx="2"/><path d="M8 21h8M12 17v4"/>`,
  stop: svg`<path d="M8 2.500h8L21.5 8v8L16 21.500H8L2.5 16V8z"/><path d="M8.5 8.500h7v7h-7z" fill="currentColor"/>`,
  armed: svg`<path d="M12 3v9"/><path d="M6.5 7a8 8 0 1 0 11 0"/>`,
  more: svg`<path d="M4 6h16M4 12h16M4 18h16"/>`,
  close: svg`<path d="m6 6 12 12M18 6 6 18"/>`,
  check: svg`<path d="m5 12.5 4.5 4.500L19 7"/>`,
  copy: svg`<rect x="8" y="8" width="12" height="13" rx="2"/><path d="M16 8V5a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v9a2 2 0 0 0 2 2h2"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  pause: svg`<path d="M8 5v14M16 5v14"/>`,
  play: svg`<path d="m7 4 13 8-13 8z"/>`,
  gift: svg`<path d="M3.5 8h17v4h-17zM5 12v9h14v-9M12 8v13M12 8c-6 0-5-6-2-6 2 0 2 6 2 6zm0 0c6 0 5-6 2-6-2 0-2 6-2 6z"/>`,
  comment: svg`<path d="M4 4h16v12H10l-5 4v-4H4z"/>`,
  like: svg`<path d="M12 20.5 4 12.600a5 5 0 0 1 7.1-7.100l.9.9.9-.900a5 5 0 0 1 7.1 7.100z"/>`,
  follow: svg`<circle cx="10" cy="8" r="4"/><path d="M2.5 21a7.5 7.5 0 0 1 15 0M19 8v6M16 11h6"/>`,
  share: svg`<path d="M14 4l7 7-7 7v-4c-6 0-9 2-11 6 0-7 4-12 11-12z"/>`,
  join: svg`<path d="M14 3h6v18h-6M3 12h11M10 8l4 4-4 4"/>`,
  other: svg`<path d="M12 3v18M3 12h18M5.6 5.600l12.8 12.800M18.4 5.6 5.6 18.4"/>`,
  search: svg`<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 6 6"/>`,
  trash: svg`<path d="M4 6h16M9 6V3h6v3M6 6l1 15h10l1-15M10 10v7M14 10v7"/>`,
  edit: svg`<path d="M4 20h4L20 8l-4-4L4 16z"/>`,
  out: svg`<path d="M10 3H4v18h6M10 12h11M17 8l4 4-4 4"/>`,
  warn: svg`<path d="M12 3 1.5 21h21zM12 10v5M12 18v.1"/>`,
  info: svg`<circle cx="12" cy="12" r="9.5"/><path d="M12 11v6M12 7v.1"/>`,
  next: svg`<path d="m9 5 7 7-7 7"/>`,
  back: svg`<path d="m15 5-7 7 7 7"/>`,
  up: svg`<path d="m5 15 7-7 7 7"/>`,
  down: svg`<path d="m5 9 7 7 7-7"/>`,
  bolt: svg`<path d="M13 2 4 14h7l-1 8 9-12h-7z"/>`,
};

/** An icon; it says nothing to a screen reader, so a word belongs beside it or into the button's label. */
export const icon = (name) =>
  html`<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${PATHS[name] ?? PATHS.other}</svg>`;

/** Streamwire's sign. */
export const logo = () =>
  html`<svg class="logo" viewBox="0 0 32 32" fill="none" aria-hidden="true" focusable="false">
    <path class="wire" d="M4 16h5l3-7 6 14 3-7h5" stroke-width="3" stroke-linecap="round" stroke-linejoin="round" />
    <circle cx="4" cy="16" r="2.5" /><circle cx="28" cy="16" r="2.5" /></svg>`;
