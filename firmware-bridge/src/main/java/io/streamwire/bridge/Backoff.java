package io.streamwire.bridge;

import java.util.random.RandomGenerator;

/** How long to wait before the next try: doubles with each failure, half of it is random. */
final class Backoff {

    private static final int MOST_DOUBLINGS = 20;

    private final long firstMs;
    private final long mostMs;
    private final RandomGenerator random;
    private int failures;

    Backoff(long firstMs, long mostMs, RandomGenerator random) {
        this.firstMs = firstMs;
        this.mostMs = mostMs;
        this.random = random;
    }

    /** The pause after one more failure, ms. */
    long nextMs() {
        var full = Math.min(mostMs, firstMs << Math.min(failures, MOST_DOUBLINGS));
        failures++;
        return full / 2 + random.nextLong(Math.max(1, full / 2));
    }

    void succeeded() {
        failures = 0;
    }
}
