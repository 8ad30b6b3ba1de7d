import {ApiError, all, workspaceId} from './api.js';
import {session} from './session.js';

/** The names of the workspace's people by id; whoever may not see the members gets their own. */
export async function readPeople() {
  const {user} = session.get();
  try {
    const members = await all(`/workspaces/${workspaceId.get()}/members`);
    return new Map(members.map((member) => [member.user_id, member.display_name]));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return new Map([[user?.id, user?.display_name]]);
  }
}
