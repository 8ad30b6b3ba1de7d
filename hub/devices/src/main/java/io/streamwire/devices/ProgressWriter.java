package io.streamwire.devices;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Reply;
import io.streamwire.bus.Script;
import io.streamwire.contract.CommandState;
import io.streamwire.contract.Stream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Writes down in Redis what becomes of commands. News that come within a few milliseconds take one
 * call together: a call costs Redis and us more than a command in it. Their order stays. Never
 * blocks. Thread-safe.
 */
final class ProgressWriter implements AutoCloseable {

    private static final Script ADVANCE = CommandStore.publishing("advance.lua");

    /** A failed command stays longer: a late acknowledgement may correct it, ms. */
    private static final long KEEP_FAILED_MS = TimeUnit.HOURS.toMillis(24);

    /** The oldest ones of a device that has more of these are kept like others. */
    static final int MOST_FAILED = 200;

    /** The shortest time between two calls of a partition; the first one leaves at once. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Most in one call, about 1 ms of Redis. */
    private static final int MOST_TOGETHER = 16;

    private static final int MOST_WAITING = 65_536;
    private static final long CLOSE_MS = 2_000;

    private final Bus bus;
    private final ArrayBlockingQueue<News> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Thread thread;
    private volatile boolean closed;

    /** What became of an attempt to move a command. */
    record Advanced(Outcome outcome, @Nullable CommandState state) {}

    /** See {@link Advanced}. */
    enum Outcome {
        MOVED,
        /** It was there already, or further; its hops may have been filled in. */
        KEPT,
        UNKNOWN,
        /** It belongs to another device. */
        FOREIGN
    }

    /**
     * News of a command; times in us since the epoch.
     *
     * @param acked whether the board said so
     */
    record Progress(
            CommandState state,
            @Nullable String reason,
            boolean acked,
            @Nullable Long published,
            @Nullable Long received,
            @Nullable Long on,
            @Nullable Long off) {

        static Progress of(CommandState state, @Nullable String reason) {
            return new Progress(state, reason, false, null, null, null, null);
        }

        static Progress sent(long published) {
            return new Progress(CommandState.SENT, null, false, published, null, null, null);
        }
    }

    private record News(
            int partition,
            UUID deviceId,
            UUID id,
            Progress progress,
            long at,
            CompletableFuture<Advanced> answer) {}

    ProgressWriter(Bus bus) {
        this.bus = bus;
        this.thread = Thread.ofPlatform().name("devices-progress").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /**
     * Moves a command forward, or leaves it where it is.
     *
     * @param at ms since the epoch
     */
    CompletableFuture<Advanced> advance(
            UUID workspaceId, UUID deviceId, UUID id, Progress progress, long at) {
        var news =
                new News(
                        bus.partition(workspaceId),
                        deviceId,
                        id,
                        progress,
                        at,
                        new CompletableFuture<>());
        if (closed || !waiting.offer(news)) {
            call(news.partition(), List.of(news)); // the order of a command's news does not matter
        }
        return news.answer;
    }

    private void run() {
        while (!closed) {
            try {
                var first = waiting.take();
                write(first);
                LockSupport.parkNanos(PAUSE_NANOS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Writes all that waits; what comes meanwhile waits for the next time. */
    private void write(News first) {
        var all = new ArrayList<News>();
        all.add(first);
        waiting.drainTo(all);
        var together = new LinkedHashMap<Integer, List<News>>();
        for (var news : all) {
            var batch = together.computeIfAbsent(news.partition(), _ -> new ArrayList<>());
            batch.add(news);
            if (batch.size() == MOST_TOGETHER) {
                call(news.partition(), batch);
                together.remove(news.partition());
            }
        }
        together.forEach(this::call);
    }

    private void call(int partition, List<News> batch) {
        var keys = new ArrayList<String>(4 + 3 * batch.size());
        keys.add(CommandStore.pendingKey(partition));
        keys.add(Stream.DEVICE.key(partition));
        keys.add(CommandStore.lastAcksKey(partition));
        keys.add(CommandStore.spentKey(partition));
        var args = new ArrayList<String>(3 + 9 * batch.size());
        args.add(Long.toString(CommandStore.KEEP_FINAL.toMillis()));
        args.add(Long.toString(KEEP_FAILED_MS));
        args.add(Integer.toString(MOST_FAILED));
        for (var news : batch) {
            keys.add(CommandStore.key(partition, news.id()));
            keys.add(CommandStore.unfinishedKey(partition, news.deviceId()));
            keys.add(CommandStore.failedKey(partition, news.deviceId()));
            var progress = news.progress();
            args.add(news.deviceId().toString());
            args.add(progress.state().toString());
            args.add(CommandStore.json(progress.reason()));
            args.add(Long.toString(news.at()));
            args.add(progress.acked() ? "1" : "0");
            args.add(CommandStore.text(progress.published()));
            args.add(CommandStore.text(progress.received()));
            args.add(CommandStore.text(progress.on()));
            args.add(CommandStore.text(progress.off()));
        }
        CompletableFuture<Reply> call;
        try {
            call = bus.call(ADVANCE, keys, args);
        } catch (RuntimeException e) {
            call = CompletableFuture.failedFuture(e); // the next batch is written all the same
        }
        var _ = call.whenComplete((reply, failure) -> answer(batch, reply, failure));
    }

    private static void answer(
            List<News> batch, @Nullable Reply reply, @Nullable Throwable failure) {
        for (int i = 0; i < batch.size(); i++) {
            var answer = batch.get(i).answer();
            if (reply == null || failure != null) {
                answer.completeExceptionally(
                        failure != null ? failure : new IllegalStateException("no reply"));
                continue;
            }
            var state = reply.text(2 * i + 1);
            answer.complete(
                    new Advanced(
                            Outcome.valueOf(reply.text(2 * i).toUpperCase(Locale.ROOT)),
                            state.isEmpty() ? null : CommandStore.state(state)));
        }
    }

    /** Writes what still waits. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(CLOSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        var left = waiting.poll();
        if (left != null) {
            write(left);
        }
    }
}
