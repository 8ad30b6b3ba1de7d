package io.streamwire.bus;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How long to wait before the next try: doubles from 50 ms to 2 s, with jitter. */
final class Backoff {

    private static final long FIRST_MS = 50;
    private static final long LAST_MS = 2_000;

    private long nextMs = FIRST_MS;

    Duration next() {
        var ms = ThreadLocalRandom.current().nextLong(nextMs / 2, nextMs + 1);
        nextMs = Math.min(LAST_MS, nextMs * 2);
        return Duration.ofMillis(ms);
    }

    void reset() {
        nextMs = FIRST_MS;
    }

    /** Whether nothing failed since the last reset. */
    boolean fresh() {
        return nextMs == FIRST_MS;
    }
}
