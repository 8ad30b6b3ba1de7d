package io.streamwire.gateway;

import io.streamwire.bus.BusException;
import io.streamwire.bus.Entry;
import io.streamwire.bus.Feed;
import io.streamwire.bus.StreamId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One partition of one stream for all clients of this gateway: a thread reads it while anybody
 * follows, and hands each entry to those whose workspace it is of. Guarded by its lock, which may
 * be held when a client's queue is locked, never the other way round.
 */
final class LiveChannel {

    private static final Logger LOG = System.getLogger(LiveChannel.class.getName());
    private static final Duration WAIT = Duration.ofSeconds(1);
    private static final Duration RETRY = Duration.ofMillis(200);

    private final Feed feed;
    private final Semaphore reads;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ready = lock.newCondition();
    private final Map<String, List<LiveFollow>> joined = new HashMap<>();
    private int users;
    private @Nullable Thread pump;
    private volatile @Nullable StreamId last;

    /**
     * @param reads how many may read from Redis at a time to catch up
     */
    LiveChannel(Feed feed, Semaphore reads) {
        this.feed = feed;
        this.reads = reads;
    }

    /** What follows the head of a message, made once for all who get it. */
    static final class Rest {
        private final Entry entry;
        private final Map<LiveTopic, byte[]> made = new EnumMap<>(LiveTopic.class);

        Rest(Entry entry) {
            this.entry = entry;
        }

        byte[] of(LiveTopic topic) {
            return made.computeIfAbsent(topic, _ -> LiveFollow.rest(topic, entry));
        }
    }

    Feed feed() {
        return feed;
    }

    /** Runs a read when few others read. */
    <T> T reading(Read<T> read) throws InterruptedException {
        reads.acquire();
        try {
            return read.run();
        } finally {
            reads.release();
        }
    }

    /** A read of the bus. */
    @FunctionalInterface
    interface Read<T> {
        T run() throws InterruptedException;
    }

    /** Reads from now on, until as many have left as have entered. */
    void enter() {
        lock.lock();
        try {
            users++;
            if (pump == null) {
                pump = Thread.ofVirtual().name("live-channel").unstarted(this::pump);
                pump.start();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The newest entry that was handed on; waits while Redis is away. Empty after the time. */
    Optional<StreamId> awaitLast(Duration timeout) throws InterruptedException {
        lock.lock();
        try {
            var left = timeout.toNanos();
            while (last == null && left > 0) {
                left = ready.awaitNanos(left);
            }
            return Optional.ofNullable(last);
        } finally {
            lock.unlock();
        }
    }

    /** The newest entry that was handed on; the stream's begin while nothing is read. */
    StreamId last() {
        var newest = last;
        return newest == null ? StreamId.ZERO : newest;
    }

    /** Feeds a follower from now on if it has had all that was handed on; false if it has not. */
    boolean join(LiveFollow follow, StreamId position) {
        lock.lock();
        try {
            if (last == null || position.compareTo(last) < 0) {
                return false;
            }
            add(follow, position);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Feeds a follower from now on whatever it has had, behind its word of the gap. */
    void joinNow(LiveFollow follow) {
        lock.lock();
        try {
            follow.gap(); // with the lock: nothing is handed on before it is fed
            add(follow, last());
        } finally {
            lock.unlock();
        }
    }

    /** One that has left while it caught up is not fed: nobody would take it out again. */
    private void add(LiveFollow follow, StreamId position) {
        if (follow.hasLeft()) {
            return;
        }
        follow.joinedAt(position);
        joined.computeIfAbsent(follow.workspace(), _ -> new ArrayList<>()).add(follow);
    }

    /** Undoes {@link #enter} and joining. */
    void leave(LiveFollow follow) {
        lock.lock();
        try {
            follow.markLeft();
            joined.computeIfPresent(
                    follow.workspace(),
                    (_, follows) -> {
                        follows.remove(follow);
                        return follows.isEmpty() ? null : follows;
                    });
            users--;
            var reading = pump;
            if (users == 0 && reading != null) {
                pump = null;
                last = null;
                reading.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    private void pump() {
        @Nullable StreamId after = null;
        boolean away = false;
        while (isMine()) {
            try (var reader = feed.from(after == null ? null : after.toString())) {
                after = reader.position();
                begin(after);
                away = false;
                while (isMine()) {
                    var batch = reader.next(WAIT);
                    after = reader.position();
                    handOn(batch, after);
                }
            } catch (BusException e) {
                if (!away) {
                    LOG.log(Level.WARNING, "live=waiting reason=\"{0}\"", e.getMessage());
                    away = true;
                }
                pause();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(RETRY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isMine() {
        lock.lock();
        try {
            return Thread.currentThread().equals(pump);
        } finally {
            lock.unlock();
        }
    }

    private void begin(StreamId position) {
        lock.lock();
        try {
            if (isMine() && last == null) {
                last = position;
                ready.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void handOn(Feed.Batch batch, StreamId position) {
        lock.lock();
        try {
            if (!isMine()) {
                return;
            }
            if (batch.gap()) {
                joined.values()
                        .forEach(follows -> follows.forEach(follow -> follow.goOnAfter(position)));
            }
            for (var entry : batch.entries()) {
                var follows = joined.get(entry.field("workspace_id"));
                if (follows != null) {
                    var rest = new Rest(entry);
                    follows.forEach(follow -> follow.take(entry, rest));
                }
            }
            last = position;
        } finally {
            lock.unlock();
        }
    }
}
