package io.streamwire.ingest;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition, bounded. */
final class Await {

    private Await() {}

    static void until(BooleanSupplier condition) {
        until(Duration.ofSeconds(60), condition);
    }

    static void until(Duration within, BooleanSupplier condition) {
        var deadline = System.nanoTime() + within.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("did not happen within " + within);
            }
            LockSupport.parkNanos(5_000_000);
        }
    }
}
