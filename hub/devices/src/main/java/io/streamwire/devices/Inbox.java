package io.streamwire.devices;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A bounded queue and the thread that empties it, in order; what does not fit is thrown away. */
final class Inbox implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Inbox.class.getName());

    /** How long what was taken in may take when it is closed. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final int capacity;
    private final ArrayBlockingQueue<Runnable> queue;

    /** What goes before everything in the queue, and cannot be dropped. */
    private final AtomicReference<@Nullable Runnable> first = new AtomicReference<>();

    private final AtomicLong dropped = new AtomicLong();
    private final Thread thread;
    private volatile long busySince; // System.nanoTime(), 0 when idle
    private volatile boolean closed;

    Inbox(String name, int capacity) {
        this.capacity = capacity;
        queue = new ArrayBlockingQueue<>(capacity);
        thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Whether it fitted. */
    boolean offer(Runnable work) {
        if (queue.offer(work)) {
            return true;
        }
        if (dropped.getAndIncrement() % capacity == 0) {
            LOG.log(Level.WARNING, "inbox={0} dropped={1}", thread.getName(), dropped.get());
        }
        return false;
    }

    /** Does this next; a later one replaces it. */
    void first(Runnable work) {
        first.set(work);
        var _ = queue.offer(() -> {}); // a full queue needs nobody to wake its thread
    }

    private void run() {
        while (!closed || !queue.isEmpty()) {
            try {
                var work = queue.take();
                busySince = Math.max(1, System.nanoTime());
                var urgent = first.getAndSet(null);
                try {
                    if (urgent != null) {
                        urgent.run();
                    }
                } finally {
                    work.run();
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "inbox=" + thread.getName() + " message=failed", e);
            } finally {
                busySince = 0;
            }
        }
    }

    /** How long the oldest work has been under way, ms; 0 when none is. */
    long busyMs() {
        var since = busySince;
        return since == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
    }

    /** How much was thrown away because the queue was full. */
    long dropped() {
        return dropped.get();
    }

    /** Does what was taken in before, for 2 s at most: whoever sent it will not send it again. */
    @Override
    public void close() {
        closed = true;
        if (thread.getState() == Thread.State.NEW) {
            return;
        }
        var _ = queue.offer(() -> {}); // a full queue needs nobody to wake its thread
        try {
            if (!thread.join(PATIENCE)) {
                LOG.log(
                        Level.WARNING,
                        "inbox={0} closing=incomplete left={1}",
                        thread.getName(),
                        queue.size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }
}
