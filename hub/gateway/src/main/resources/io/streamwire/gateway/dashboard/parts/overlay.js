import {html} from 'lit';
import './sw-overlay-gifters.js';
import './sw-overlay-last.js';
import './sw-overlay-meter.js';
import './sw-overlay-message.js';
import './sw-overlay-vote.js';

const KINDS = {
  last: (line, stays) => html`<sw-overlay-last .line=${line} ?stays=${stays}></sw-overlay-last>`,
  gifters: (line) => html`<sw-overlay-gifters .line=${line}></sw-overlay-gifters>`,
  meter: (line, stays) => html`<sw-overlay-meter .line=${line} ?stays=${stays}></sw-overlay-meter>`,
  vote: (line, stays) => html`<sw-overlay-vote .line=${line} ?stays=${stays}></sw-overlay-vote>`,
  message: (line) => html`<sw-overlay-message .line=${line}></sw-overlay-message>`,
};

/** An overlay of a kind, `size` and `side`; one that `stays` keeps showing what it showed last. */
export const overlay = (kind, {line, size, side, stays = false}) => html`<div class="over" data-size=${size} data-side=${side} aria-live="off">${KINDS[kind](line, stays)}</div>`;
