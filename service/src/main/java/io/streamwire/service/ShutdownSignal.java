package io.streamwire.service;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * Lets {@code main} end in order on SIGTERM or SIGINT: the hook releases the waiting thread and
 * then waits for it, so that the try-with-resources around {@link #await} closes everything in
 * reverse.
 */
public final class ShutdownSignal {

    /** What is still open after it is left to the operating system. */
    private static final Duration LONGEST_CLOSING = Duration.ofSeconds(10);

    private final CountDownLatch requested = new CountDownLatch(1);
    private volatile boolean awaited;

    /** Call it on the thread that will {@link #await}. */
    public ShutdownSignal() {
        var main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(main), "shutdown"));
    }

    /** Returns when the process is asked to end. */
    public void await() throws InterruptedException {
        awaited = true;
        requested.await();
    }

    private void end(Thread main) {
        requested.countDown();
        if (!awaited) {
            return; // main failed while it started things, and may itself be in System.exit
        }
        try {
            main.join(LONGEST_CLOSING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
