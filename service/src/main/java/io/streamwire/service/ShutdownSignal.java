package io.streamwire.service;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets {@code main} end in order on SIGTERM or SIGINT: the hook releases the waiting thread, or
 * interrupts it in what it starts, and then waits until this signal is closed. Open it as the first
 * resource of a try, so that everything else is closed before it.
 */
public final class ShutdownSignal implements AutoCloseable {

    /** What is still open after it is left to the operating system. */
    private static final Duration LONGEST_CLOSING = Duration.ofSeconds(10);

    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    private final Thread main = Thread.currentThread();
    private boolean started; // guarded by this

    public ShutdownSignal() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "shutdown"));
    }

    /** Returns when the process is asked to end. */
    public void await() throws InterruptedException {
        synchronized (this) {
            started = true;
        }
        requested.await();
    }

    /** Whether the process has been asked to end. */
    boolean isRequested() {
        return requested.getCount() == 0;
    }

    private void end() {
        synchronized (this) {
            requested.countDown();
            if (!started) {
                main.interrupt();
            }
        }
        try {
            var _ = closed.await(LONGEST_CLOSING.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Everything is closed: the process may end. */
    @Override
    public void close() {
        closed.countDown();
    }
}
