package io.streamwire.rules;

import io.streamwire.contract.LiveEvent.RoomState;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What must happen on the livestream for a rule to decide. */
sealed interface Trigger {

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

    /** The live paused, went on or ended. */
    record Live(Set<RoomState> states) implements Trigger {
        public Live {
            states = Set.copyOf(states);
        }
    }
}
