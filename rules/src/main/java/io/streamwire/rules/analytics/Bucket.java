package io.streamwire.rules.analytics;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** How long each point of a series is, UTC. */
enum Bucket {
    MINUTE("minute", ChronoUnit.MINUTES, Duration.ofHours(1), Duration.ofHours(24)),
    HOUR("hour", ChronoUnit.HOURS, Duration.ofHours(24), Duration.ofDays(31)),
    DAY("hour", ChronoUnit.DAYS, Duration.ofDays(30), Duration.ofDays(400));

    private final String span;
    private final ChronoUnit unit;
    private final Duration usual;
    private final Duration longest;

    Bucket(String span, ChronoUnit unit, Duration usual, Duration longest) {
        this.span = span;
        this.unit = unit;
        this.usual = usual;
        this.longest = longest;
    }

    /** Which rows are read: {@code minute} or {@code hour}. */
    String span() {
        return span;
    }

    /** The range when none is asked for. */
    Duration usual() {
        return usual;
    }

    /** The longest range. */
    Duration longest() {
        return longest;
    }

    /** The beginning of the bucket that a time is in. */
    Instant begin(Instant time) {
        return time.truncatedTo(unit);
    }

    /** The end of the bucket that ends at a time or has it within. */
    Instant end(Instant time) {
        var begin = begin(time);
        return begin.equals(time) ? time : begin.plus(1, unit);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
