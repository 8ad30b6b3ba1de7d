package io.streamwire.gateway;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition, bounded. */
final class Await {

    private Await() {}

    /** What may become true. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    static void until(Condition condition) {
        var deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!holds(condition)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("did not happen within 60 s");
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    private static boolean holds(Condition condition) {
        try {
            return condition.holds();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
