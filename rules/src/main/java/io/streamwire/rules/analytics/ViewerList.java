package io.streamwire.rules.analytics;

import io.streamwire.service.Page;
import io.streamwire.service.Problem;
import java.util.Locale;
import java.util.regex.Pattern;

/** How a list of viewers is ordered, and where a page of it begins. */
final class ViewerList {

    private ViewerList() {}

    /** What the first of the list has most of. */
    enum Sort {
        EVENTS,
        GIFTS,
        DIAMONDS,
        LIKES,
        ACTIONS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** What a viewer is ordered by. */
        long score(Report.OfViewer viewer) {
            return switch (this) {
                case EVENTS -> viewer.events();
                case GIFTS -> viewer.gifts();
                case DIAMONDS -> viewer.diamonds();
                case LIKES -> viewer.likes();
                case ACTIONS -> viewer.actions() == null ? 0 : viewer.actions();
            };
        }
    }

    /**
     * Where a page ends.
     *
     * @param score of the last viewer
     * @param viewerId the last viewer's
     */
    record Place(long score, String viewerId) {

        private static final Pattern FORMAT = Pattern.compile("(\\d{1,19})_(\\d{1,19})");

        /** Before everybody. */
        static final Place FIRST = new Place(Long.MAX_VALUE, "");

        /**
         * Reads the cursor of a page.
         *
         * @throws Problem 400 {@code bad_cursor}
         */
        static Place of(Page page) {
            if (page.cursor() == null) {
                return FIRST;
            }
            var match = FORMAT.matcher(page.cursor());
            if (!match.matches()) {
                throw bad();
            }
            try {
                return new Place(Long.parseLong(match.group(1)), match.group(2));
            } catch (NumberFormatException e) {
                throw bad();
            }
        }

        private static Problem bad() {
            return Problem.badRequest(
                    "bad_cursor", "cursor must be a next_cursor of the same list.");
        }

        @Override
        public String toString() {
            return score + "_" + viewerId;
        }
    }
}
