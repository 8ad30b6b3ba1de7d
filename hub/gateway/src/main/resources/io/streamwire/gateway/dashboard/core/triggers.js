import {hasText, t} from './text.js';
import {length, number} from './format.js';

const list = (value) => (Array.isArray(value) ? value : [value]).filter(Boolean).map((text) => `“${text}”`).join(', ');

/** What sets a rule off, in a few words. */
export function triggerText(trigger) {
  const {type} = trigger;
  switch (type) {
    case 'comment': {
      const kind = ['contains', 'word', 'equals', 'starts_with', 'command', 'regex'].find((one) => trigger[one] !== undefined);
      return t(`rules.when_${kind ?? 'comment'}`, {text: kind === 'command' ? list(trigger.command).replaceAll('“', '“!').replaceAll('“!!', '“!') : list(trigger[kind])});
    }
    case 'gift':
      if (trigger.names?.length) return t('rules.when_giftNames', {text: list(trigger.names)});
      return trigger.min_diamonds ? t('rules.when_giftWorth', {diamonds: number(trigger.min_diamonds)}) : t('rules.when_gift');
    case 'likes':
      return t(trigger.per === 'viewer' ? 'rules.when_likesViewer' : 'rules.when_likes', {count: trigger.every ?? 1, n: number(trigger.every ?? 1)});
    case 'viewers':
      return trigger.above ? t('rules.when_viewersAbove', {n: number(trigger.above)}) : t('rules.when_viewersBelow', {n: number(trigger.below)});
    case 'timer':
      return t('rules.when_timer', {length: length(trigger.every_s * 1000)});
    case 'manual':
      return t('rules.when_manual', {text: trigger.label ?? ''});
    default:
      return hasText(`rules.when_${type}`) ? t(`rules.when_${type}`) : type;
  }
}

/** Every device action of a rule, wherever it stands. */
export function deviceActions(actions = []) {
  return actions.flatMap((action) => {
    switch (action?.type) {
      case 'device':
        return [action];
      case 'sequence':
        return deviceActions(action.steps);
      case 'choice':
      case 'winner':
        return deviceActions((action.of ?? []).map((one) => one.action));
      default:
        return [];
    }
  });
}

/** What a rule does, in a few words. */
export function actionText(actions, deviceName) {
  const all = deviceActions(actions);
  if (all.length === 0) return actions?.length ? t('rules.doesOther') : '';
  const [first] = all;
  const where = first.device_id ? deviceName(first.device_id) : `#${first.tag ?? ''}`;
  const more = all.length > 1 ? ` ${t('rules.andMore', {count: all.length - 1})}` : '';
  return `${first.command} · ${where}${more}`;
}
