package io.streamwire.devices;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what was thrown away of what boards sent, and limits how much one board may send. Each
 * board and reason is logged once a minute at most. Thread-safe.
 */
final class Drops {

    private static final Logger LOG = System.getLogger(Drops.class.getName());

    /** Messages of one board in one second; more are dropped. */
    static final int MOST_PER_SECOND = 500;

    private static final long LOG_EVERY_MS = 60_000;
    private static final int MOST_KEPT = 50_000;

    private final InstantSource clock;
    private final AtomicLong total = new AtomicLong();
    private final Map<Cause, Long> logged = new ConcurrentHashMap<>();
    private final Map<UUID, Second> seconds = new ConcurrentHashMap<>();

    private record Cause(UUID deviceId, String reason) {}

    private record Second(long second, int messages) {}

    Drops(InstantSource clock) {
        this.clock = clock;
    }

    /** Counts one message that was thrown away. */
    void count(UUID deviceId, String reason) {
        total.incrementAndGet();
        var now = clock.millis();
        if (logged.size() > MOST_KEPT) {
            logged.clear();
        }
        var _ =
                logged.compute(
                        new Cause(deviceId, reason),
                        (_, last) -> {
                            if (last != null && now - last < LOG_EVERY_MS) {
                                return last;
                            }
                            LOG.log(
                                    Level.WARNING,
                                    "device={0} dropped=message reason={1}",
                                    deviceId,
                                    reason);
                            return now;
                        });
    }

    /** Whether a board may send one more message this second; counts it as dropped when not. */
    boolean admits(UUID deviceId) {
        var second = clock.millis() / 1_000;
        if (seconds.size() > MOST_KEPT) {
            seconds.clear();
        }
        var current =
                seconds.merge(
                        deviceId,
                        new Second(second, 1),
                        (old, fresh) ->
                                old.second() == second
                                        ? new Second(second, old.messages() + 1)
                                        : fresh);
        if (current.messages() <= MOST_PER_SECOND) {
            return true;
        }
        count(deviceId, "flood");
        return false;
    }

    long total() {
        return total.get();
    }
}
