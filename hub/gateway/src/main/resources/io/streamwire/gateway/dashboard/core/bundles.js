import {definition} from './rule-faults.js';

/** A bundle of rules whose devices are others: `moved` says which device each name of the bundle stands for. */
export const withDevices = (bundle, moved) => ({...bundle, devices: {...bundle.devices, ...moved}});

/** The devices that a bundle names, each with the id behind it. */
export const devicesOf = (bundle) => Object.entries(bundle.devices ?? {});

/** A rule of a bundle as it would be stored: with the ids of its devices. */
export function stored(rule, names = {}) {
  const resolve = (value, key) => {
    if (Array.isArray(value)) return value.map((one) => resolve(one, key));
    if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, resolve(one, name)]));
    return ['device_id', 'device_online'].includes(key) && Object.hasOwn(names, value) ? names[value] : value;
  };
  return resolve(definition(rule));
}
