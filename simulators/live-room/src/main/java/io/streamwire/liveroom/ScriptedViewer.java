package io.streamwire.liveroom;

import java.util.List;
import java.util.Set;

/**
 * Somebody in the audience.
 *
 * @param id TikTok's int64 user id
 * @param handle the @name, without the @
 */
public record ScriptedViewer(long id, String handle, String nickname, Set<Role> roles) {

    /** What a viewer is in the room. */
    public enum Role {
        GIFT_GIVER(1),
        SUBSCRIBER(2),
        MUTUAL(3),
        FOLLOWER(4),
        MODERATOR(5),
        ANCHOR(6);

        private final int field;

        Role(int field) {
            this.field = field;
        }

        /** Its field number in user_identity. */
        int field() {
            return field;
        }
    }

    private static final List<String> NAMES =
            List.of("ada", "bo", "cleo", "dan", "eve", "finn", "gia", "hugo", "ivy", "jun");

    public ScriptedViewer {
        roles = Set.copyOf(roles);
    }

    public static ScriptedViewer of(long id, String handle) {
        return new ScriptedViewer(id, handle, handle, Set.of());
    }

    /** The {@code number}th of a crowd; the same number is always the same viewer. */
    public static ScriptedViewer ofCrowd(int number) {
        var name = NAMES.get(number % NAMES.size());
        var roles = number % 4 == 0 ? Set.of(Role.FOLLOWER) : Set.<Role>of();
        return new ScriptedViewer(
                6_800_000_000_000_000_000L + number,
                name + "." + number,
                Character.toUpperCase(name.charAt(0)) + name.substring(1) + " " + number,
                roles);
    }
}
