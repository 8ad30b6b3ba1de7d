package io.streamwire.service;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Interrupts its thread when it is not closed in time. A virtual thread that reads from a client
 * loses the connection by that, so that nobody holds a place by sending slowly. Its own lock keeps
 * the interrupt from coming after the close.
 */
public final class Deadline implements AutoCloseable {

    private final Thread thread = Thread.currentThread();
    private boolean over;

    private Deadline() {}

    /** Begins to run for the calling thread, which closes it. */
    public static Deadline after(Duration longest) {
        var deadline = new Deadline();
        CompletableFuture.delayedExecutor(longest.toMillis(), TimeUnit.MILLISECONDS)
                .execute(deadline::end);
        return deadline;
    }

    private synchronized void end() {
        if (!over) {
            over = true;
            thread.interrupt();
        }
    }

    @Override
    public synchronized void close() {
        over = true;
    }
}
