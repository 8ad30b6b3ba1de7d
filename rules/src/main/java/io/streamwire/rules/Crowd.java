package io.streamwire.rules;

import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Liked;
import io.streamwire.contract.LiveEvent.Payload;
import io.streamwire.contract.Viewer;
import java.util.Locale;
import java.util.Map;

/** What many must do together before a rule fires; one event of its trigger is not enough. */
sealed interface Crowd {

    long MIN_MS = 1_000;

    /** An hour. */
    long MAX_MS = 3_600_000;

    /** The time in which they must do it. */
    long withinMs();

    /** How that time passes. */
    enum Window {
        /** The last so many ms, at any moment. */
        SLIDING,
        /** It begins with the first event, and when it is over, with the next. */
        TUMBLING;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Different viewers.
     *
     * @param count 2 to {@value #MOST}
     */
    record Viewers(long count, long withinMs, Window window) implements Crowd {
        static final long MOST = 10_000;
    }

    /**
     * A sum over the events.
     *
     * @param reaches 1 or more
     */
    record Sum(Quantity of, long reaches, long withinMs, Window window) implements Crowd {
        /** Parts of its time by which a sliding one forgets, however many events there were. */
        static final int SLOTS = 100;
    }

    /** What a sum counts. */
    enum Quantity {
        EVENTS,
        /** Those of the gifts that are new with each event. */
        DIAMONDS,
        /** Taps. */
        LIKES;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The choice that has the most when the time is over; each text or gift of the trigger is one.
     *
     * @param minVoters how many different viewers must vote
     */
    record Vote(long withinMs, long minVoters, Tie tie, Weight weight) implements Crowd {}

    /** Which of the choices that have the same wins. */
    enum Tie {
        /** The one that the rule lists first. */
        FIRST,
        RANDOM,
        NONE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The first of two choices that leads by so much; undecided when the time is over.
     *
     * @param lead 1 or more
     */
    record Tug(long lead, long withinMs, Weight weight) implements Crowd {}

    /**
     * How much a viewer counts.
     *
     * @param diamonds as much as the gift is worth; else 1, and who votes again has changed their
     *     mind
     * @param roles times so much for viewers with a role, 1 to {@value #MOST}; of several the most
     */
    record Weight(boolean diamonds, Map<String, Long> roles) {
        static final long MOST = 100;
        static final Weight ONE = new Weight(false, Map.of());

        public Weight {
            roles = Map.copyOf(roles);
        }

        long of(Viewer viewer, Trigger trigger, Payload payload) {
            long factor = 1;
            for (var role : viewer.roles()) {
                factor = Math.max(factor, roles.getOrDefault(role, 1L));
            }
            return diamonds ? factor * amount(Quantity.DIAMONDS, trigger, payload) : factor;
        }
    }

    /** How much an event adds; a streak that counts at its end, all of it. */
    static long amount(Quantity quantity, Trigger trigger, Payload payload) {
        return switch (quantity) {
            case EVENTS -> 1;
            case DIAMONDS ->
                    payload instanceof GiftSent gift
                            ? (long) gift.diamonds()
                                    * (atTheEnd(trigger) ? gift.count() : gift.increment())
                            : 0;
            case LIKES -> payload instanceof Liked liked ? liked.count() : 0;
        };
    }

    private static boolean atTheEnd(Trigger trigger) {
        return trigger instanceof Trigger.Gift gift && gift.mode() == Trigger.GiftMode.STREAK_END;
    }
}
