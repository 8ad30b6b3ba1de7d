package io.streamwire.ingest;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Throttle;
import io.streamwire.ingest.webcast.Budget;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;

/**
 * The budget of signatures, shared by all instances through Redis. While Redis is away each one
 * keeps to what it knows itself. Thread-safe.
 */
final class SignBudget implements Budget {

    private static final Duration FRESH = Duration.ofSeconds(1);

    private final Bus bus;
    private final InstantSource clock;
    private final Throttle signatures;
    private final String server;
    private final String quietKey;
    private volatile Instant quietUntil = Instant.EPOCH;
    private volatile Left left;

    /** What was left at a moment of {@link System#nanoTime()}. */
    private record Left(long signatures, long nanos) {}

    /**
     * @param server the sign server's host, and its port when it has one
     * @param perMinute signatures
     */
    SignBudget(Bus bus, String server, int perMinute, InstantSource clock) {
        this.bus = bus;
        this.clock = clock;
        this.server = server;
        this.quietKey = "sw:sign-quiet-until:" + server;
        this.signatures = bus.throttle("signatures", perMinute, Duration.ofMinutes(1));
        this.left = new Left(perMinute, System.nanoTime() - FRESH.toNanos());
    }

    @Override
    public Duration take() {
        return signatures.take(server);
    }

    /** How many are left of this minute's, as they were within the last second. */
    long left() {
        var known = left;
        if (System.nanoTime() - known.nanos() < FRESH.toNanos()) {
            return known.signatures();
        }
        var now = new Left(signatures.left(server), System.nanoTime());
        left = now;
        return now.signatures();
    }

    @Override
    public Duration quiet() {
        try {
            var told = bus.get(quietKey).map(Instant::parse).orElse(Instant.EPOCH);
            if (told.isAfter(quietUntil)) {
                quietUntil = told;
            }
        } catch (BusException | DateTimeParseException e) {
            return left(quietUntil);
        }
        return left(quietUntil);
    }

    private Duration left(Instant until) {
        var left = Duration.between(clock.instant(), until);
        return left.isNegative() ? Duration.ZERO : left;
    }

    @Override
    public void keepQuiet(Duration wait) {
        var until = clock.instant().plus(wait);
        quietUntil = until;
        try {
            bus.set(quietKey, until.toString(), wait);
        } catch (BusException e) {
            return; // the others ask once and are told the same
        }
    }
}
