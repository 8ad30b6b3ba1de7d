package io.streamwire.contract;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The viewer who caused an event. Handle and nickname are chosen by the viewer: hostile text.
 *
 * @param id TikTok's int64 user id in decimal
 * @param handle the @name, without the @
 * @param roles what the viewer is in this room: anchor, moderator, subscriber, mutual, follower,
 *     gift_giver, top_gifter
 * @param teamLevel level in the streamer's fan club, 0 when not in it; missing in what was written
 *     before it existed
 * @param avatar https address of a picture, which TikTok takes down after some days
 */
public record Viewer(
        String id,
        String handle,
        String nickname,
        List<String> roles,
        @JsonSetter(nulls = Nulls.AS_EMPTY) int teamLevel,
        @Nullable String avatar) {

    /** Of events that no viewer caused. */
    public static final Viewer NOBODY = new Viewer("", "", "", List.of(), 0, null);

    public Viewer {
        roles = List.copyOf(roles);
    }
}
