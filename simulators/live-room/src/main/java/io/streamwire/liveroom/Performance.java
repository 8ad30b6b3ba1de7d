package io.streamwire.liveroom;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A show that is being played, on a thread of its own. */
public final class Performance implements AutoCloseable {

    private final Room room;
    private final Show show;
    private final Thread thread;
    private final AtomicLong messages = new AtomicLong();
    private volatile boolean stopped;

    private Performance(Room room, Show show) {
        this.room = room;
        this.show = show;
        this.thread = new Thread(this::play, "show-" + room.username());
        this.thread.setDaemon(true);
    }

    static Performance start(Room room, Show show) {
        var performance = new Performance(room, show);
        performance.thread.start();
        return performance;
    }

    /** Messages sent so far. */
    public long messages() {
        return messages.get();
    }

    /** Waits for the end; false when it did not come in time. */
    public boolean await(Duration timeout) throws InterruptedException {
        return thread.join(timeout);
    }

    /** Ends the show after the frame that is being sent; open streaks get their end. */
    @Override
    public void close() {
        stopped = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void play() {
        var script = new Script(show);
        double period = 1e9 / show.messagesPerSecond() * show.messagesPerFrame();
        long frames = (long) Math.ceil(show.length().toNanos() / period);
        long start = System.nanoTime();
        for (long i = 1; i <= frames && !stopped; i++) {
            long due = start + (long) (i * period);
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                if (stopped) {
                    break;
                }
                LockSupport.parkNanos(this, left);
            }
            messages.addAndGet(
                    room.send(script.next(room::newGroupId, show.messagesPerFrame()), due).size());
        }
        messages.addAndGet(room.send(script.ends(), System.nanoTime()).size());
    }
}
