import {defaults} from './actions.js';
import {devices} from './devices.js';
import {t} from './text.js';

/** The devices that have said what they can do. */
export const able = () => [...(devices.get()?.values() ?? [])].filter(({capabilities}) => capabilities?.commands?.length);

/** An action for a device, as like the one of before as can be. */
export function actionFor(device, before) {
  const commands = device.capabilities?.commands ?? [];
  const command = commands.find(({name}) => name === before?.command) ?? commands[0];
  if (!command) return {...before, type: 'device', device_id: device.id};
  const args = before?.command === command.name && before.args ? before.args : defaults(command, device.limits);
  return {...before, type: 'device', device_id: device.id, command: command.name, args};
}

/** What an action of a type begins with; undefined when there is nothing that it could be about. */
export function freshAction(type, choices = []) {
  switch (type) {
    case 'device':
      return able()[0] && actionFor(able()[0]);
    case 'overlay':
      return {type, text: t('editor.freshMessage')};
    case 'webhook':
      return {type, url: 'https://'};
    case 'wait':
      return {type, ms: 500};
    case 'sequence': {
      const step = inner();
      return {type, steps: [step, {type: 'wait', ms: 500}, step]};
    }
    case 'choice':
      return {type, of: [{weight: 1, action: inner()}, {weight: 1, action: inner()}]};
    case 'winner':
      return {type, of: choices.map((choice) => ({choice, action: inner()}))};
    default:
      return undefined;
  }
}

const inner = () => freshAction('device') ?? freshAction('overlay');
