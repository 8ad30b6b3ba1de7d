import {ApiError, get, newKey, post, remove} from './api.js';

/** Boards made of software, on hubs that have them. */

/** What is simulated in this workspace, or undefined where the hub has no such boards. */
export async function simulated() {
  try {
    return (await get('/simulators/boards')).items;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return undefined;
  }
}

/** Ends the board of a device that is simulated. */
export const removeSimulated = (deviceId) => remove(`/simulators/boards/${deviceId}`);

/** Makes a device and a simulated board that is it; answers the device. */
export async function addSimulated(name) {
  const device = await post('/devices', {name, board: 'virtual'}, {key: newKey()});
  const {token} = await post('/devices/tokens', {device_id: device.id, name: 'simulated board'}, {key: newKey()});
  await post('/simulators/boards', {device_id: device.id, token});
  return device;
}
