import {html} from 'lit';
import {vars} from '../core/vars.js';

const graphemes = new Intl.Segmenter(undefined, {granularity: 'grapheme'});

/** Somebody's sign: the first letter of the name on a colour of its own. Pictures of viewers lie on other hosts, which the page never asks. */
export const avatar = (user) => {
  const name = user?.nickname || user?.handle || '?';
  return html`<span class="avatar" aria-hidden="true" ${vars({'--hue': String(hue(user?.id ?? name))})}>${letter(name)}</span>`;
};

function letter(name) {
  const [first] = graphemes.segment(name.slice(0, 40).trimStart());
  // Without what is stacked onto it.
  return (first?.segment ?? '?').normalize('NFC').slice(0, 2).toUpperCase().replace(/\p{M}+/gu, '');
}

function hue(text) {
  let hash = 0;
  for (const character of text.slice(0, 64)) hash = (hash * 31 + character.codePointAt(0)) % 360;
  return hash;
}
