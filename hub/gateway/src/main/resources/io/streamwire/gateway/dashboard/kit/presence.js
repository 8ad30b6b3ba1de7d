import {html, nothing} from 'lit';
import {hasText, t} from '../core/text.js';
import {chip} from './chip.js';

const PRESENCE = {online: 'good', quiet: 'warn', lost: 'bad'};

/** How a device is: there, or not and since when, and whether it may move. */
export const presence = (status) => {
  if (!status) return nothing;
  const here = chip(PRESENCE[status.presence], t(`shell.presence_${status.presence}`), {since: status.presence === 'online' ? undefined : status.since});
  if (status.armed) return html`${here}${chip('warn', t('shell.armed'))}`;
  return html`${here}${chip('plain', t(status.state === 'stopped' ? 'shell.stopped' : 'shell.disarmed'))}`;
};

const STATES = {
  queued: 'plain',
  sent: 'accent',
  accepted: 'accent',
  started: 'accent',
  done: 'good',
  rejected: 'warn',
  refused: 'warn',
  expired: 'warn',
  aborted: 'warn',
  failed: 'bad',
};

/** What became of a command, and why. */
export const commandState = ({state, reason}) =>
  chip(STATES[state] ?? 'plain', reason ? `${t(`shell.state_${state}`)} · ${reasonText(reason)}` : t(`shell.state_${state}`));

export const reasonText = (reason) => (hasText(`shell.reason_${reason}`) ? t(`shell.reason_${reason}`) : reason);
