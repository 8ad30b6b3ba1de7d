package io.streamwire.rules;

import io.streamwire.contract.LiveEvent.Liked;
import io.streamwire.contract.LiveEvent.RoomState;
import io.streamwire.contract.LiveEvent.TimePassed;
import io.streamwire.contract.LiveEvent.ViewersCounted;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What must happen on the livestream for a rule to decide. */
sealed interface Trigger {

    /** What viewers can choose between by setting it off; empty when there is one way only. */
    default List<String> choices() {
        return List.of();
    }

    /**
     * A comment with one of the texts. Case, accents and Unicode form do not matter.
     *
     * @param texts 1 or more; of a {@link CommentMode#COMMAND} without the exclamation mark
     */
    record Comment(CommentMode mode, List<String> texts) implements Trigger {
        public Comment {
            texts = List.copyOf(texts);
        }

        Comment(CommentMode mode, String... texts) {
            this(mode, List.of(texts));
        }

        @Override
        public List<String> choices() {
            return texts;
        }
    }

    /** Where a comment must have the text. */
    enum CommentMode {
        /** Somewhere. */
        CONTAINS,
        /** Somewhere, and no letter or digit next to it. */
        WORD,
        /** From the beginning to the end, white space aside. */
        EQUALS,
        /** At the beginning, white space aside. */
        STARTS_WITH,
        /** As its first word, behind an exclamation mark. */
        COMMAND;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A comment in which the RE2 pattern finds something; case does not matter. */
    record CommentRegex(String regex) implements Trigger {}

    /**
     * A gift. Diamonds are those of the whole streak for {@link GiftMode#STREAK_END}, else of one
     * gift.
     *
     * @param names of the gifts; case, accents and Unicode form do not matter
     * @param ids of the gifts; any gift will do when there are neither names nor ids
     * @param price of one gift, in diamonds
     * @param cap most times that a streak fires with {@link GiftMode#PER_INCREMENT}
     */
    record Gift(
            List<String> names, List<Long> ids, Range diamonds, Range price, GiftMode mode, int cap)
            implements Trigger {

        static final int NO_CAP = Integer.MAX_VALUE;

        public Gift {
            names = List.copyOf(names);
            ids = List.copyOf(ids);
        }

        /** The names, then the ids. */
        @Override
        public List<String> choices() {
            return Stream.concat(names.stream(), ids.stream().map(String::valueOf)).toList();
        }

        /** Any gift that is worth so much. */
        static Gift worth(long diamonds, GiftMode mode) {
            return new Gift(List.of(), List.of(), Range.from(diamonds), Range.ANY, mode, NO_CAP);
        }
    }

    /** Both ends count. */
    record Range(long least, long most) {
        static final Range ANY = from(0);

        static Range from(long least) {
            return new Range(least, Long.MAX_VALUE);
        }

        boolean has(long value) {
            return value >= least && value <= most;
        }
    }

    /** How often a streak of gifts fires. */
    enum GiftMode {
        /** Once, when the streak is over. */
        STREAK_END,
        /** Once per gift: 99 roses fire 99 times. */
        PER_INCREMENT,
        /** Once, with the first gift of the streak. */
        FIRST;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A viewer did something that has no content. */
    record Happened(Happening what) implements Trigger {}

    /** See {@link Happened}. */
    enum Happening {
        FOLLOW,
        SHARE,
        JOIN;

        String eventType() {
            return "tiktok." + this;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A viewer subscribed.
     *
     * @param minMonths for so many months by now; 0 = also when TikTok does not say
     */
    record Subscribe(long minMonths) implements Trigger {}

    /**
     * Likes.
     *
     * @param every so many, 1 or more; 0 = every event of likes
     */
    record Likes(long every, LikesPer per) implements Trigger {
        /** Most times that one event fires, however many likes it brings. */
        static final int MAX_TIMES = 10;

        /** How often the room's total has passed a multiple. */
        int times(Liked liked) {
            if (every == 0 || per == LikesPer.VIEWER) {
                return 1;
            }
            var before = liked.before() == null ? liked.total() - liked.count() : liked.before();
            return Math.clamp(liked.total() / every - Math.max(before, 0) / every, 0, MAX_TIMES);
        }
    }

    /** Whose likes are counted. */
    enum LikesPer {
        /** TikTok's total of the livestream, which is exact. */
        ROOM,
        /** Those of each viewer on a livestream, of which TikTok does not tell all. */
        VIEWER;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The number of viewers has passed a value.
     *
     * @param rising it was less and is not any more; else it was that many and is less
     */
    record ViewerCount(boolean rising, long count) implements Trigger {
        boolean crossed(ViewersCounted viewers) {
            if (viewers.before() == null) {
                return false;
            }
            var was = viewers.before() >= count;
            var is = viewers.now() >= count;
            return was != is && is == rising;
        }
    }

    /**
     * Time, while the livestream is live.
     *
     * @param everySeconds {@value #MIN_SECONDS} or more
     */
    record Timer(long everySeconds) implements Trigger {
        static final long MIN_SECONDS = 10;

        boolean due(TimePassed time) {
            return time.seconds() / everySeconds > time.before() / everySeconds;
        }
    }

    /** The live paused, went on or ended. */
    record Live(Set<RoomState> states) implements Trigger {
        public Live {
            states = Set.copyOf(states);
        }
    }

    /**
     * A member of the workspace pressed the rule's button.
     *
     * @param label what stands on it, 1 to 100 characters; the rule's name when absent
     */
    record Manual(@Nullable String label) implements Trigger {}

    /** Another program called the rule's hook. */
    record Webhook() implements Trigger {}
}
