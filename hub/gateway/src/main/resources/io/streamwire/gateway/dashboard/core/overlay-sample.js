import {newKey} from './api.js';
import {t} from './text.js';

const VIEWERS = [
  ['Ada', 4200],
  ['Bo', 1800],
  ['Cleo', 950],
  ['Dan', 400],
  ['Eve', 120],
];

const ANSWERS = [
  [/^\/livestreams\/events\//, () => ({type: 'tiktok.gift', user: {nickname: 'Ada'}, payload: {name: 'Rose', count: 5}})],
  [/^\/livestreams\/status/, () => ({items: []})],
  [/^\/devices\//, () => ({name: t('overlays.sampleDevice')})],
  [/^\/rules\/analytics/, () => ({items: VIEWERS.map(([nickname, diamonds], at) => ({viewer_id: String(at), nickname, diamonds}))})],
  [/^\/rules\//, () => ({name: t('overlays.sampleRule')})],
];

const NEWS = {
  commands: () => ({command_id: newKey(), state: 'done', source: 'rule', event_id: 'e', device_id: 'd', hops: {frame: 0, on: 214_000}}),
  decisions: () => ({rule_id: 'r', outcome: 'crowd_sum', observed: 720, needed: 1000}),
};

const SHOWN = {
  overlay_triggered: () => ({id: newKey(), text: t('overlays.sampleText'), for_ms: 3_600_000}),
  crowd_changed: () => ({rule_id: 'r', name: t('overlays.sampleVote'), kind: 'vote', choices: [t('overlays.sampleLeft'), t('overlays.sampleRight')], counts: [42, 57], voters: 99, needed: 3, within_ms: 30_000, left_ms: 12_000, outcome: 'open'}),
};

/** Stands in for the hub where an overlay is shown to whoever sets it up. */
export class SampleLine {
  async get(path) {
    return ANSWERS.find(([pattern]) => pattern.test(path))[1]();
  }

  hear(topic, onData) {
    setTimeout(() => {
      if (topic === 'overlay') Object.entries(SHOWN).forEach(([event, made]) => onData(made(), event));
      else onData(NEWS[topic]());
    }, 50);
  }

  close() {}
}
