package io.streamwire.contract;

import java.util.List;

/**
 * The viewer who caused an event. Handle and nickname are chosen by the viewer: hostile text.
 *
 * @param id TikTok's int64 user id in decimal
 * @param handle the @name, without the @
 * @param roles what the viewer is in this room: moderator, subscriber, follower, ...
 */
public record Viewer(String id, String handle, String nickname, List<String> roles) {
    public Viewer {
        roles = List.copyOf(roles);
    }
}
