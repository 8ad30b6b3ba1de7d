package io.streamwire.rules.analytics;

import java.time.Duration;
import java.time.Instant;

/**
 * In which minute something counts: its own, as far as it can be believed. TikTok's clock and those
 * of other services are not ours.
 */
final class EventTime {

    /** An event that happened longer than this before it was received counts when it came. */
    static final Duration LATEST = Duration.ofHours(24);

    /** What waited longer than this on the bus counts now. */
    static final Duration LONGEST_WAIT = Duration.ofDays(7);

    /** Clocks that are further ahead than this are not believed. */
    static final Duration AHEAD = Duration.ofMinutes(1);

    private EventTime() {}

    /** When an event happened; in doubt when it was received, and in doubt about that now. */
    static Instant of(Instant happened, Instant received, Instant now) {
        var sure = of(received, now);
        return within(happened, sure.minus(LATEST), sure.plus(AHEAD)) ? happened : sure;
    }

    /** When this service or another says something happened; in doubt now. */
    static Instant of(Instant said, Instant now) {
        return within(said, now.minus(LONGEST_WAIT), now.plus(AHEAD)) ? said : now;
    }

    private static boolean within(Instant time, Instant from, Instant to) {
        return !time.isBefore(from) && !time.isAfter(to);
    }
}
