package io.streamwire.standalone;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what is to happen soon. */
final class Wait {

    private static final long PAUSE_NANOS = 50_000_000;

    private Wait() {}

    /**
     * Asks again and again.
     *
     * @throws IllegalStateException when it did not happen in time
     */
    static void until(Duration longest, String what, Callable<Boolean> happened) {
        if (!happens(longest, happened)) {
            throw new IllegalStateException("not within " + longest.toSeconds() + " s: " + what);
        }
    }

    /** Whether it happened in time. */
    static boolean happens(Duration longest, Callable<Boolean> happened) {
        var deadline = System.nanoTime() + longest.toNanos();
        try {
            while (!happened.call()) {
                if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
                    return false;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            return true;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
