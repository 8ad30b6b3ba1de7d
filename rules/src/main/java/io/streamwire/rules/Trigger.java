package io.streamwire.rules;

import java.util.List;
import java.util.Locale;

/** What must happen on the livestream for a rule to decide. */
sealed interface Trigger {

    /** A comment with this text somewhere in it; case and Unicode form do not matter. */
    record CommentContains(String text) implements Trigger {}

    /** A comment that is this text and nothing else; case and Unicode form do not matter. */
    record CommentEquals(String text) implements Trigger {}

    /** A comment in which the RE2 pattern finds something; case does not matter. */
    record CommentRegex(String regex) implements Trigger {}

    /**
     * A gift.
     *
     * @param names names of the gifts, any when empty; case and Unicode form do not matter
     * @param minDiamonds least value, 0 or more: of the whole streak for {@link
     *     GiftMode#STREAK_END}, of one gift for {@link GiftMode#PER_INCREMENT}
     */
    record Gift(List<String> names, int minDiamonds, GiftMode mode) implements Trigger {
        public Gift {
            names = List.copyOf(names);
        }
    }

    /** How often a streak of gifts fires. */
    enum GiftMode {
        /** Once, when the streak is over. */
        STREAK_END,
        /** Once per gift: 99 roses fire 99 times. */
        PER_INCREMENT;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
