package io.streamwire.ingest;

import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent.CommentPosted;
import io.streamwire.contract.LiveEvent.Followed;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Joined;
import io.streamwire.contract.LiveEvent.Liked;
import io.streamwire.contract.LiveEvent.Payload;
import io.streamwire.contract.LiveEvent.Shared;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.contract.LiveEvent.Subscribed;
import io.streamwire.contract.RoomCounters;
import io.streamwire.contract.Viewer;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a person wants to happen as if a viewer had done it.
 *
 * @param livestreamId null = on none that is known to TikTok
 * @param type comment, gift, like, join, follow, share or subscribe
 * @param text of a comment
 * @param gift of a gift
 * @param count taps of a like, months of a subscription; null = 1
 * @param user null = somebody called simulated
 * @param times how often it happens, at once; null = once
 * @param counters what the livestream is to have had so far; null = nothing
 */
record Simulation(
        @Nullable UUID livestreamId,
        String type,
        @Nullable String text,
        @Nullable Gift gift,
        @Nullable Integer count,
        @Nullable User user,
        @Nullable Integer times,
        @Nullable Had counters) {

    private static final int LONGEST_TEXT = 500;
    private static final int LONGEST_NAME = 64;
    private static final int MOST_COUNT = 10_000;
    private static final int MOST_TIMES = 100;
    private static final long MOST_COUNTED = 1_000_000_000_000L;
    private static final Set<String> TYPES =
            Set.of("comment", "gift", "like", "join", "follow", "share", "subscribe");
    private static final Set<String> ROLES =
            Set.of(
                    "anchor",
                    "moderator",
                    "subscriber",
                    "mutual",
                    "follower",
                    "gift_giver",
                    "top_gifter");

    /** Above the ids that TikTok gives, which grow by 10^17 in a year. */
    private static final long FIRST_ID = 9_000_000_000_000_000_000L;

    private static final long MOST_IDS = 200_000_000_000_000_000L;
    private static final User SOMEBODY = new User(null, "simulated", null, null, null);

    Simulation {
        require(TYPES.contains(type), "type: one of " + TYPES.stream().sorted().toList());
        require(
                type.equals("comment") == (text != null),
                "text: needed for a comment, and only for one");
        require(type.equals("gift") == (gift != null), "gift: needed for a gift, and only for one");
        require(
                count == null || type.equals("like") || type.equals("subscribe"),
                "count: only for a like or subscribe; a gift has its own");
        require(text == null || length(text) <= LONGEST_TEXT, "text: at most 500 characters");
        between("count", count, MOST_COUNT);
        between("times", times, MOST_TIMES);
    }

    /**
     * What the livestream has had so far, this event included.
     *
     * @param viewers null = 0, and so on
     */
    record Had(
            @Nullable Long viewers,
            @Nullable Long likes,
            @Nullable Long diamonds,
            @Nullable Long viewerDiamonds) {
        Had {
            counted("viewers", viewers);
            counted("likes", likes);
            counted("diamonds", diamonds);
            counted("viewer_diamonds", viewerDiamonds);
        }

        private static void counted(String name, @Nullable Long number) {
            require(
                    number == null || (number >= 0 && number <= MOST_COUNTED),
                    name + ": 0 to " + MOST_COUNTED);
        }

        private static long orZero(@Nullable Long number) {
            return number == null ? 0 : number;
        }

        RoomCounters counters() {
            return new RoomCounters(
                    orZero(viewers), orZero(likes), orZero(diamonds), orZero(viewerDiamonds));
        }
    }

    /**
     * A gift that is complete at once.
     *
     * @param diamonds of one; null = 1
     * @param count null = 1
     */
    record Gift(
            @Nullable Long id, String name, @Nullable Integer diamonds, @Nullable Integer count) {
        Gift {
            require(!name.isBlank() && length(name) <= LONGEST_NAME, "name: 1 to 64 characters");
            require(id == null || id >= 0, "id: 0 or more");
            require(
                    diamonds == null || (diamonds >= 0 && diamonds <= 1_000_000),
                    "diamonds: 0 to 1000000");
            between("count", count, MOST_COUNT);
        }
    }

    /**
     * Who did it.
     *
     * @param id TikTok's; null = one that no viewer has, of the handle's own
     * @param teamLevel null = 0
     */
    record User(
            @Nullable String id,
            String handle,
            @Nullable String nickname,
            @Nullable List<String> roles,
            @Nullable Integer teamLevel) {
        User {
            require(id == null || id.matches("[0-9]{1,19}"), "id: up to 19 digits");
            require(
                    !handle.isBlank() && length(handle) <= LONGEST_NAME,
                    "handle: 1 to 64 characters");
            require(
                    nickname == null || length(nickname) <= LONGEST_NAME,
                    "nickname: at most 64 characters");
            require(roles == null || ROLES.containsAll(roles), "roles: some of " + ROLES);
            require(teamLevel == null || (teamLevel >= 0 && teamLevel <= 100), "team_level: 0-100");
        }
    }

    int repetitions() {
        return times == null ? 1 : times;
    }

    Viewer viewer() {
        var who = user == null ? SOMEBODY : user;
        var handle = CleanText.of(who.handle(), LONGEST_NAME);
        return new Viewer(
                who.id() == null ? idOf(handle) : who.id(),
                handle,
                who.nickname() == null ? handle : CleanText.of(who.nickname(), LONGEST_NAME),
                who.roles() == null ? List.of() : who.roles().stream().distinct().toList(),
                who.teamLevel() == null ? 0 : who.teamLevel(),
                null);
    }

    /** Made-up viewers are different ones, too, to what counts by viewer. */
    private static String idOf(String handle) {
        var derived = Ids.derived("simulated viewer", handle.toLowerCase(Locale.ROOT));
        return Long.toString(FIRST_ID + Math.floorMod(derived.getLeastSignificantBits(), MOST_IDS));
    }

    Payload payload() {
        int many = count == null ? 1 : count;
        return switch (type) {
            case "comment" ->
                    new CommentPosted(text == null ? "" : CleanText.of(text, LONGEST_TEXT));
            case "gift" -> given();
            case "like" -> new Liked(many, many, many, null, 0L);
            case "join" -> new Joined();
            case "follow" -> new Followed();
            case "share" -> new Shared();
            default -> new Subscribed(many);
        };
    }

    private GiftSent given() {
        var given = gift == null ? new Gift(null, "Rose", null, null) : gift;
        int many = given.count() == null ? 1 : given.count();
        return new GiftSent(
                given.id() == null ? 0 : given.id(),
                CleanText.of(given.name(), LONGEST_NAME),
                given.diamonds() == null ? 1 : given.diamonds(),
                many,
                many,
                Streak.SINGLE);
    }

    private static void between(String name, @Nullable Integer number, int most) {
        require(number == null || (number >= 1 && number <= most), name + ": 1 to " + most);
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }
}
