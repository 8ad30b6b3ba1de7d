package io.streamwire.bus;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.Range.Boundary;
import io.lettuce.core.RedisException;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import io.streamwire.contract.Stream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The newest entries of one stream for any number of readers: one reader of Redis fills a ring that
 * all share. Who falls behind the ring, or resumes before it, is served from Redis until it has
 * caught up. News wakes one reader, who wakes the next: a thousand that are woken at once would
 * keep everybody else waiting. The ring is guarded by one lock.
 */
public final class Feed {

    private static final Logger LOG = System.getLogger(Feed.class.getName());
    private static final int RING = 4_096;
    private static final int BATCH = 256;

    private final RedisLink redis;
    private final int partition;
    private final String key;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final Entry[] ring = new Entry[RING];
    private long written;
    private int readers;

    /** Counts the fillers: one that outlived its last reader must not fill on beside the next. */
    private long generation;

    /** The ring holds every entry after this one; null while nobody fills it. */
    private @Nullable StreamId floor;

    private StreamId newest = StreamId.ZERO;

    /** How often entries may have been missed because Redis was away. */
    private long gaps;

    Feed(RedisLink redis, Stream stream, int partition) {
        this.redis = redis;
        this.partition = partition;
        this.key = stream.key(partition);
    }

    /**
     * Entries that follow one another.
     *
     * @param gap whether entries before these may have been trimmed unread
     */
    public record Batch(List<Entry> entries, boolean gap) {}

    /**
     * A reader of what follows an entry.
     *
     * @param lastId the last entry already read, {@code ms-seq}; null for only what comes from now
     *     on
     * @throws IllegalArgumentException when it is no stream id
     * @throws BusException.Unavailable when Redis is away
     */
    public Reader from(@Nullable String lastId) {
        var resumeAfter = lastId == null ? null : StreamId.parse(lastId);
        lock.lock();
        try {
            readers++;
            if (floor == null) {
                var start = last();
                floor = start;
                newest = start;
                written = 0;
                var mine = ++generation;
                Thread.ofVirtual().name("feed-" + key).start(() -> fill(start, mine));
            }
            if (resumeAfter == null) {
                return new Reader(newest, false, gaps);
            }
            // What Redis has forgotten, or never had, will not be followed by anything.
            return resumeAfter.compareTo(newest) > 0 && resumeAfter.compareTo(last()) > 0
                    ? new Reader(newest, true, gaps - 1)
                    : new Reader(resumeAfter, true, gaps);
        } catch (RuntimeException e) {
            readers--;
            throw e;
        } finally {
            lock.unlock();
        }
    }

    private StreamId last() {
        var newestFirst =
                RedisLink.await(
                        "xrevrange",
                        redis.commands().xrevrange(key, Range.unbounded(), Limit.from(1)));
        return newestFirst.isEmpty()
                ? StreamId.ZERO
                : StreamId.parse(newestFirst.getFirst().getId());
    }

    private void fill(StreamId start, long mine) {
        var backoff = new Backoff();
        var after = start;
        while (wanted(mine)) {
            try (var connection = redis.blocking()) {
                after = resume(connection, after, mine);
                while (wanted(mine)) {
                    var messages = read(connection, after);
                    backoff.reset();
                    if (!messages.isEmpty()) {
                        after = append(messages, mine);
                    }
                }
            } catch (RedisException | IllegalStateException e) {
                if (redis.isClosing()) {
                    return;
                }
                if (backoff.fresh()) {
                    LOG.log(
                            Level.WARNING,
                            "feed={0} failed=reading reason={1}",
                            key,
                            e.getMessage());
                }
                RedisLink.pause(backoff.next());
            }
        }
    }

    /** Looks what happened to the stream while nobody read it, after a connection was lost. */
    private StreamId resume(
            StatefulRedisConnection<String, String> connection, StreamId after, long mine) {
        var commands = connection.sync();
        var first = commands.xrange(key, Range.unbounded(), Limit.from(1));
        var last = commands.xrevrange(key, Range.unbounded(), Limit.from(1));
        var begin = first.isEmpty() ? StreamId.ZERO : StreamId.parse(first.getFirst().getId());
        var end = last.isEmpty() ? StreamId.ZERO : StreamId.parse(last.getFirst().getId());
        boolean forgotten = end.compareTo(after) < 0;
        boolean trimmed = begin.compareTo(after) > 0 && !after.equals(StreamId.ZERO);
        if (!forgotten && !trimmed) {
            return after;
        }
        LOG.log(Level.WARNING, "feed={0} gap=yes after={1} first={2}", key, after, begin);
        return missed(forgotten ? end : after, mine);
    }

    /** Tells every reader of a gap; the ring goes on after an entry. */
    private StreamId missed(StreamId after, long mine) {
        lock.lock();
        try {
            if (wanted(mine)) {
                gaps++;
                if (after.compareTo(newest) < 0) {
                    written = 0;
                    floor = after;
                    newest = after;
                }
                news.signal();
            }
            return after;
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("unchecked") // Lettuce takes its offsets as generic varargs.
    private List<StreamMessage<String, String>> read(
            StatefulRedisConnection<String, String> connection, StreamId after) {
        return connection
                .sync()
                .xread(
                        XReadArgs.Builder.block(RedisLink.BLOCK).count(BATCH),
                        StreamOffset.from(key, after.toString()));
    }

    /** Whether anybody still reads what this filler fills. */
    private boolean wanted(long mine) {
        lock.lock();
        try {
            return floor != null && generation == mine;
        } finally {
            lock.unlock();
        }
    }

    private StreamId append(List<StreamMessage<String, String>> messages, long mine) {
        lock.lock();
        try {
            if (!wanted(mine)) {
                return newest;
            }
            for (var message : messages) {
                var slot = (int) (written % RING);
                if (written >= RING) {
                    floor = StreamId.parse(ring[slot].id());
                }
                ring[slot] = entry(message);
                written++;
            }
            newest = StreamId.parse(messages.getLast().getId());
            news.signal();
            return newest;
        } finally {
            lock.unlock();
        }
    }

    private Entry entry(StreamMessage<String, String> message) {
        return new Entry(message.getId(), partition, message.getBody());
    }

    /** One reader, for one thread. */
    public final class Reader implements AutoCloseable {

        private StreamId after;
        private boolean resuming;
        private long position = -1;
        private boolean closed;
        private long gapsTold;

        private Reader(StreamId after, boolean resuming, long gapsTold) {
            this.after = after;
            this.resuming = resuming;
            this.gapsTold = gapsTold;
        }

        /** The last entry that was read or passed over. */
        public StreamId position() {
            return after;
        }

        /**
         * The next entries, at most 256; none when nothing came in time.
         *
         * @throws BusException.Unavailable when the reader is behind and Redis is away
         */
        public Batch next(Duration timeout) throws InterruptedException {
            lock.lock();
            try {
                var remaining = timeout.toNanos();
                while (true) {
                    var start = floor;
                    if (start == null) {
                        throw new IllegalStateException("the reader is closed");
                    }
                    if (gapsTold != gaps) {
                        news.signal();
                        return gap();
                    }
                    if (after.compareTo(start) < 0) {
                        news.signal();
                        break;
                    }
                    if (after.compareTo(newest) < 0) {
                        news.signal();
                        resuming = false;
                        return new Batch(fromRing(), false);
                    }
                    if (remaining <= 0) {
                        return new Batch(List.of(), false);
                    }
                    remaining = news.awaitNanos(remaining);
                }
            } finally {
                lock.unlock();
            }
            return fromRedis();
        }

        private Batch gap() {
            gapsTold = gaps;
            position = -1;
            if (after.compareTo(newest) > 0) {
                after = newest;
            }
            return new Batch(List.of(), true);
        }

        private List<Entry> fromRing() {
            var oldest = Math.max(0, written - RING);
            if (position < oldest) {
                position = oldest;
                while (StreamId.parse(ring[(int) (position % RING)].id()).compareTo(after) <= 0) {
                    position++;
                }
            }
            var entries = new ArrayList<Entry>();
            while (position < written && entries.size() < BATCH) {
                entries.add(ring[(int) (position % RING)]);
                position++;
            }
            after = StreamId.parse(entries.getLast().id());
            return entries;
        }

        private Batch fromRedis() {
            position = -1;
            var gap = trimmedSince();
            var messages =
                    RedisLink.await(
                            "xrange",
                            redis.commands()
                                    .xrange(
                                            key,
                                            Range.from(
                                                    Boundary.excluding(after.toString()),
                                                    Boundary.unbounded()),
                                            Limit.from(BATCH)));
            resuming = false;
            if (messages.isEmpty()) {
                after = currentFloor();
                return new Batch(List.of(), gap);
            }
            after = StreamId.parse(messages.getLast().getId());
            return new Batch(messages.stream().map(Feed.this::entry).toList(), gap);
        }

        private StreamId currentFloor() {
            lock.lock();
            try {
                return floor == null ? after : floor;
            } finally {
                lock.unlock();
            }
        }

        /** Whether the entry to resume after is gone, and with it perhaps some that followed. */
        private boolean trimmedSince() {
            var first =
                    RedisLink.await(
                            "xrange",
                            redis.commands().xrange(key, Range.unbounded(), Limit.from(1)));
            return !first.isEmpty()
                    && StreamId.parse(first.getFirst().getId()).compareTo(after) > 0
                    && (resuming || !after.equals(StreamId.ZERO));
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (closed) {
                    return;
                }
                closed = true;
                readers--;
                if (readers == 0) {
                    floor = null;
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
