package io.streamwire.ingest;

import io.streamwire.contract.Viewer;
import io.streamwire.ingest.webcast.wire.User;
import io.streamwire.ingest.webcast.wire.UserIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads who a webcast message is about. */
final class WireViewer {

    /** Longest handle or nickname, code points. */
    static final int NAME = 100;

    private static final int FOLLOWS = 1;
    private static final int MUTUAL = 2;
    private static final int HIGHEST_LEVEL = 1_000;
    private static final Pattern PICTURE =
            Pattern.compile("https://[a-zA-Z0-9.-]{1,100}/[!-~&&[^\"'<>\\\\`]]{0,400}");

    private WireViewer() {}

    /** Of a message that does not say what the viewer is in the room. */
    static Viewer of(User user) {
        return of(user, UserIdentity.getDefaultInstance());
    }

    static Viewer of(User user, UserIdentity identity) {
        long follow = user.getFollowInfo().getFollowStatus();
        boolean mutual = identity.getIsMutual() || follow == MUTUAL;
        var roles = new ArrayList<String>(2);
        add(roles, identity.getIsAnchor(), "anchor");
        add(roles, identity.getIsModerator(), "moderator");
        add(roles, identity.getIsSubscriber() || user.getIsSubscribe(), "subscriber");
        add(roles, mutual, "mutual");
        add(
                roles,
                mutual || identity.getIsFollower() || user.getIsFollower() || follow == FOLLOWS,
                "follower");
        add(roles, identity.getIsGiftGiver(), "gift_giver");
        return new Viewer(
                Long.toString(user.getId()),
                CleanText.of(user.getDisplayId(), NAME),
                CleanText.of(user.getNickname(), NAME),
                roles,
                Math.clamp(user.getFansClub().getData().getLevel(), 0, HIGHEST_LEVEL),
                avatar(user));
    }

    /** The same viewer with one more role. */
    static Viewer with(Viewer viewer, String role) {
        var roles = new ArrayList<>(viewer.roles());
        roles.add(role);
        return new Viewer(
                viewer.id(),
                viewer.handle(),
                viewer.nickname(),
                roles,
                viewer.teamLevel(),
                viewer.avatar());
    }

    private static void add(List<String> roles, boolean has, String role) {
        if (has) {
            roles.add(role);
        }
    }

    private static @Nullable String avatar(User user) {
        for (var url : user.getAvatarThumb().getUrlListList()) {
            if (PICTURE.matcher(url).matches()) {
                return url;
            }
        }
        return null;
    }
}
