package io.streamwire.rules;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition, bounded. */
final class Await {

    private Await() {}

    static void until(BooleanSupplier condition) {
        until(Duration.ofSeconds(60), condition);
    }

    static void until(Duration patience, BooleanSupplier condition) {
        var deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("did not happen within " + patience);
            }
            LockSupport.parkNanos(5_000_000);
        }
    }
}
