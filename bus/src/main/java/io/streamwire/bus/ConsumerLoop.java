package io.streamwire.bus;

import io.lettuce.core.RedisBusyException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import io.streamwire.contract.Stream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads one stream of one owned partition for one group, on its own thread and connection. The
 * thread is a platform thread: virtual ones are not preempted, and a batch on its way to the
 * database would hold up the commands of everybody.
 *
 * <p>All owners of a partition read under one consumer name, so that a new owner finds what the old
 * one had been given in its own pending list. That list is read first, and again now and then: an
 * old owner that did not know yet that it had lost the lease may have taken entries it can no
 * longer handle. An entry is acknowledged only after its batch was handled: at least once, always.
 */
final class ConsumerLoop {

    private static final Logger LOG = System.getLogger(ConsumerLoop.class.getName());

    private static final String OWNER = "owner";
    private static final int BATCH = 256;
    private static final Duration ACKNOWLEDGE_WITHIN = Duration.ofMillis(200);
    private static final long PENDING_CHECK_NANOS = 5_000_000_000L;
    private static final long TRIM_NANOS = 1_000_000_000L;

    /** So much more memory than usual may take what an awaited group has not handled. */
    private static final long AWAITED_TIMES = 4;

    private static final Script TRIM = Script.of(ConsumerLoop.class, "trim.lua");

    private final RedisLink redis;
    private final Lease lease;
    private final Consumer consumer;
    private final Stream stream;
    private final String key;
    private final Thread thread;
    private final Backoff backoff = new Backoff();
    private volatile boolean stopping;
    private final AtomicReference<@Nullable StatefulRedisConnection<String, String>> connection =
            new AtomicReference<>();
    private final List<String> handled = new ArrayList<>();
    private long acknowledgedAt = System.nanoTime();
    private CompletableFuture<?> acknowledged = CompletableFuture.completedFuture(null);
    private long trimmedAt = System.nanoTime();

    ConsumerLoop(RedisLink redis, Lease lease, Consumer consumer) {
        this.redis = redis;
        this.lease = lease;
        this.consumer = consumer;
        this.stream = consumer.stream();
        this.key = stream.key(lease.partition());
        this.thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("bus-" + consumer.group() + "-" + lease.partition())
                        .unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Asks it to end after the batch under way. */
    void stop() {
        stopping = true;
        LockSupport.unpark(thread);
        disconnect();
    }

    /** Also wakes the reader from a blocking read. */
    private void disconnect() {
        var open = connection.getAndSet(null);
        if (open != null) {
            var _ = open.closeAsync();
        }
    }

    /** Whether it ended though nobody asked it to: a defect, or the lease lapsed for a moment. */
    boolean dead() {
        return !stopping && !thread.isAlive();
    }

    /** Whether its last batch was handled and acknowledged. */
    boolean ended() {
        return !thread.isAlive();
    }

    private boolean active() {
        return !stopping && lease.held();
    }

    private void run() {
        while (active()) {
            try {
                var reader = redis.blocking();
                connection.set(reader);
                createGroup(reader);
                read(reader);
            } catch (RedisException | BusException e) {
                if (active()) {
                    failed("reading", e);
                }
            } finally {
                disconnect();
            }
        }
        flush();
        var _ = acknowledged.exceptionally(_ -> null).join();
    }

    private void createGroup(StatefulRedisConnection<String, String> reader) {
        try {
            reader.sync()
                    .xgroupCreate(
                            StreamOffset.from(key, "0"),
                            consumer.group(),
                            XGroupCreateArgs.Builder.mkstream());
        } catch (RedisBusyException _) {
            // Another owner made it before.
        } catch (RedisCommandExecutionException e) {
            // A full Redis makes none, but there is one except at the very first time.
            LOG.log(Level.DEBUG, "stream={0} group=unsure reason={1}", key, e.getMessage());
        }
    }

    private void read(StatefulRedisConnection<String, String> reader) {
        var pendingCheckedAt = System.nanoTime() - PENDING_CHECK_NANOS;
        while (active()) {
            if (System.nanoTime() - pendingCheckedAt >= PENDING_CHECK_NANOS) {
                readPending(reader);
                pendingCheckedAt = System.nanoTime();
            }
            var wait = handled.isEmpty() ? RedisLink.BLOCK : ACKNOWLEDGE_WITHIN;
            var entries = next(reader, StreamOffset.lastConsumed(key), wait);
            if (!entries.isEmpty()) {
                handle(entries);
            }
            if (entries.isEmpty()
                    || handled.size() >= BATCH
                    || System.nanoTime() - acknowledgedAt >= ACKNOWLEDGE_WITHIN.toNanos()) {
                flush();
            }
            trim();
            if (!entries.isEmpty() && entries.size() < BATCH) {
                LockSupport.parkNanos(consumer.pause().toNanos());
            }
        }
    }

    /** What was given to an owner of this partition but never acknowledged. */
    private void readPending(StatefulRedisConnection<String, String> reader) {
        flush();
        RedisLink.await("acknowledge.lua", acknowledged);
        var from = "0";
        while (active()) {
            var messages = next(reader, StreamOffset.from(key, from), RedisLink.BLOCK);
            if (messages.isEmpty()) {
                return;
            }
            from = messages.getLast().getId();
            var gone = new ArrayList<String>();
            var entries = new ArrayList<StreamMessage<String, String>>();
            for (var message : messages) {
                if (message.getBody() == null || message.getBody().isEmpty()) {
                    gone.add(message.getId());
                } else {
                    entries.add(message);
                }
            }
            if (!gone.isEmpty()) {
                LOG.log(
                        Level.WARNING,
                        "stream={0} group={1} trimmed_while_pending={2}",
                        key,
                        consumer.group(),
                        gone.size());
                handled.addAll(gone);
            }
            if (!entries.isEmpty()) {
                handle(entries);
            }
            flush();
            RedisLink.await("acknowledge.lua", acknowledged);
        }
    }

    @SuppressWarnings("unchecked") // Lettuce takes its offsets as generic varargs.
    private List<StreamMessage<String, String>> next(
            StatefulRedisConnection<String, String> reader,
            StreamOffset<String> offset,
            Duration wait) {
        return reader.sync()
                .xreadgroup(
                        io.lettuce.core.Consumer.from(consumer.group(), OWNER),
                        XReadArgs.Builder.block(wait).count(BATCH),
                        offset);
    }

    /** Hands a batch over until it is handled, or until this loop is to end. */
    private void handle(List<StreamMessage<String, String>> messages) {
        var entries = new ArrayList<Entry>(messages.size());
        var ids = new ArrayList<String>(messages.size());
        for (var message : messages) {
            entries.add(
                    new Entry(message.getId(), lease.partition(), Map.copyOf(message.getBody())));
            ids.add(message.getId());
        }
        while (active()) {
            try {
                consumer.handler().handle(lease, List.copyOf(entries));
                handled.addAll(ids);
                if (!backoff.fresh()) {
                    LOG.log(
                            Level.INFO,
                            "stream={0} group={1} again=working",
                            key,
                            consumer.group());
                }
                backoff.reset();
                return;
            } catch (InterruptedException _) {
                stopping = true;
            } catch (Exception e) {
                if (active()) {
                    failed("handling", e);
                }
            }
        }
    }

    /** Acknowledges what was handled; several small batches together. */
    private void flush() {
        acknowledgedAt = System.nanoTime();
        if (handled.isEmpty()) {
            return;
        }
        var ids = List.copyOf(handled);
        handled.clear();
        acknowledged =
                lease.acknowledge(stream, consumer.group(), ids)
                        .exceptionally(failure -> {
                            // They stay pending and come again; the steps know them.
                            LOG.log(
                                    Level.DEBUG,
                                    "stream={0} group={1} acknowledged=later reason={2}",
                                    key,
                                    consumer.group(),
                                    failure.getMessage());
                            return Reply.NONE;
                        });
    }

    private void trim() {
        if (System.nanoTime() - trimmedAt < TRIM_NANOS) {
            return;
        }
        trimmedAt = System.nanoTime();
        var args = new ArrayList<String>();
        var settings = redis.settings();
        args.add(Long.toString(settings.keepLength()));
        args.add(Long.toString(Math.max(settings.keepLength(), settings.maxStreamLength() / 2)));
        args.add(Long.toString(settings.keepBytes()));
        args.add(Long.toString(AWAITED_TIMES * settings.keepBytes()));
        args.add(Integer.toString(stream.requiredGroups().size()));
        args.addAll(stream.requiredGroups());
        args.addAll(stream.awaitedGroups());
        var _ =
                redis.run(TRIM, Script.Guard.NONE, List.of(key), args)
                        .exceptionally(failure -> {
                            LOG.log(
                                    Level.DEBUG,
                                    "stream={0} trimmed=later reason={1}",
                                    key,
                                    failure.getMessage());
                            return Reply.NONE;
                        });
    }

    private void failed(String doing, Exception e) {
        if (backoff.fresh()) {
            var known = e instanceof BusException || e instanceof RedisException;
            LOG.log(
                    Level.WARNING,
                    "stream=%s group=%s failed=%s reason=%s"
                            .formatted(key, consumer.group(), doing, e.getMessage()),
                    known || e instanceof RedisCommandExecutionException ? null : e);
        }
        RedisLink.pause(backoff.next());
    }
}
