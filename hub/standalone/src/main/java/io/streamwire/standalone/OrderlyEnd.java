package io.streamwire.standalone;

import io.streamwire.service.ShutdownSignal;

/**
 * Interrupts the thread that opened it when the process is asked to end, and keeps the process
 * alive until that thread has closed everything. Open it as the first resource of a try.
 */
final class OrderlyEnd implements AutoCloseable {

    private final ShutdownSignal signal = new ShutdownSignal();
    private final Thread working = Thread.currentThread();
    private volatile boolean asked;
    private volatile boolean closed;

    OrderlyEnd() {
        Thread.ofVirtual().name("orderly-end").start(this::await);
    }

    private void await() {
        try {
            signal.await();
            if (!closed) {
                asked = true;
                working.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the process was asked to end; what fails from then on is no failure. */
    boolean asked() {
        return asked;
    }

    @Override
    public void close() {
        closed = true;
        signal.close();
    }
}
