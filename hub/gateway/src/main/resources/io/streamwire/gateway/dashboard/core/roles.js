import {workspace} from './session.js';

/** The roles of a workspace, the least first. */
export const ROLES = ['viewer', 'moderator', 'admin', 'owner'];

/** Those that the signed-in user may give and take: none above their own. */
export const givable = () => ROLES.slice(0, ROLES.indexOf(workspace()?.role ?? 'viewer') + 1);
