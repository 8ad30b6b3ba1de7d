import {t, hasText} from './text.js';
import {number} from './format.js';

const ICONS = {
  'tiktok.comment': 'comment',
  'tiktok.question': 'comment',
  'tiktok.gift': 'gift',
  'tiktok.envelope': 'gift',
  'tiktok.like': 'like',
  'tiktok.join': 'join',
  'tiktok.follow': 'follow',
  'tiktok.subscribe': 'follow',
  'tiktok.share': 'share',
  'tiktok.viewers': 'team',
  'tiktok.gap': 'warn',
  'streamwire.button': 'armed',
  'streamwire.webhook': 'bolt',
};

export const eventIcon = (type) => ICONS[type] ?? 'other';

/** A viewer's name is long, empty or strange at their will: cut, never interpreted. */
export const viewerName = (user) => (user?.nickname?.trim() || user?.handle || t('events.nobody')).slice(0, 200);

const LONGEST = 500;

/** What an event says, in one line. `row` is one of the feed's, or `{type, payload, count, diamonds}`. */
export function eventText({type, payload = {}, count, diamonds}) {
  switch (type) {
    case 'tiktok.comment':
    case 'tiktok.question':
      return (payload.text ?? '').slice(0, LONGEST);
    case 'tiktok.gift':
      return t('events.gift', {count: diamonds ?? payload.diamonds * payload.count, name: (payload.name ?? '?').slice(0, 100), times: number(count ?? payload.count), diamonds: number(diamonds ?? payload.diamonds * payload.count)});
    case 'tiktok.like':
      return t('events.like', {count: count ?? payload.count, n: number(count ?? payload.count), total: number(payload.total ?? 0)});
    case 'tiktok.subscribe':
      return t('events.subscribe', {count: payload.months ?? 1});
    case 'tiktok.viewers':
      return t('events.viewers', {count: payload.now ?? 0, n: number(payload.now ?? 0)});
    case 'tiktok.envelope':
      return t('events.envelope', {diamonds: number(payload.diamonds ?? 0)});
    case 'tiktok.control':
      return t(`events.control_${payload.state}`);
    case 'tiktok.gap':
      return t(`events.gap_${payload.reason ?? 'disconnected'}`);
    default: {
      const key = `events.${(type ?? 'gap').split('.').pop()}`;
      return hasText(key) ? t(key) : type;
    }
  }
}
