package io.streamwire.rules.analytics;

import io.streamwire.service.Problem;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;

/**
 * A time from one moment to another, cut to whole buckets.
 *
 * @param from included
 * @param to not included
 */
record Range(Instant from, Instant to, Bucket bucket) {

    private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("2100-01-01T00:00:00Z");

    /**
     * Reads what a request asks for.
     *
     * @param from RFC 3339; empty = the bucket's usual range
     * @param to RFC 3339; empty = now
     * @throws Problem 400 {@code bad_range}
     */
    static Range of(String from, String to, Bucket bucket, Instant now) {
        var end = to.isEmpty() ? now : time("to", to);
        var begin = from.isEmpty() ? end.minus(bucket.usual()) : time("from", from);
        if (!begin.isBefore(end)) {
            throw bad("from must be before to.");
        }
        if (Duration.between(begin, end).compareTo(bucket.longest()) > 0) {
            throw bad(
                    "from and to must be at most %d h apart for bucket %s."
                            .formatted(bucket.longest().toHours(), bucket));
        }
        return new Range(bucket.begin(begin), bucket.end(end), bucket);
    }

    /** The hours that it touches. */
    Range hours() {
        return new Range(Bucket.HOUR.begin(from), Bucket.HOUR.end(to), Bucket.HOUR);
    }

    private static Instant time(String name, String text) {
        try {
            var time = Instant.parse(text);
            if (!time.isBefore(EARLIEST) && time.isBefore(LATEST)) {
                return time;
            }
        } catch (DateTimeException e) {
            throw bad(name + " must be a time like 2030-01-31T18:00:00Z.");
        }
        throw bad(name + " must be from 2000 to 2099.");
    }

    private static Problem bad(String detail) {
        return Problem.badRequest("bad_range", detail);
    }
}
