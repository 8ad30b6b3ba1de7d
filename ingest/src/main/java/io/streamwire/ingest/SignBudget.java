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

    private static final String ALL = "all";

    private final Bus bus;
    private final InstantSource clock;
    private final Throttle signatures;
    private final String quietKey;
    private volatile Instant quietUntil = Instant.EPOCH;

    /**
     * @param server the sign server's host, and its port when it has one
     * @param perMinute signatures
     */
    SignBudget(Bus bus, String server, int perMinute, InstantSource clock) {
        this.bus = bus;
        this.clock = clock;
        this.quietKey = "sw:sign-quiet-until:" + server;
        this.signatures = bus.throttle("signatures", perMinute, Duration.ofMinutes(1));
    }

    @Override
    public Duration take() {
        return signatures.take(ALL);
    }

    /** How many are left of this minute's. */
    long left() {
        return signatures.left(ALL);
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
