package io.streamwire.ingest;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Lease;
import io.streamwire.bus.Script;
import io.streamwire.contract.Stream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Puts the events of one livestream on the stream, pipelined and in order. What Redis has not
 * confirmed is kept and sent again, the same call in the same order: the script publishes nothing
 * twice. What it has confirmed is kept for {@link Bus#UNSAFE}, since Redis may forget that when it
 * is killed. One thread publishes; the queue is guarded by one lock.
 *
 * <pre>
 *   publish --> window (1,000 events) --> Redis --confirmed--> onConfirmed, 3 s later forgotten
 *                   ^                        |
 *                   +-- all again, in order -+-- away, or the stream is full (nobody reads meanwhile)
 * </pre>
 */
final class Publisher {

    private static final Logger LOG = System.getLogger(Publisher.class.getName());
    private static final Script STATE = Script.of(Publisher.class, "state.lua");

    /** Events on their way; more are not read from the socket. */
    private static final int WINDOW = 1_000;

    /** Events of livestreams at the pace of the busiest there are, for as long as matters. */
    private static final int MOST_CONFIRMED = 20_000;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LAST_PAUSE = Duration.ofSeconds(1);

    private final Lease lease;
    private final UUID workspaceId;
    private final UUID livestreamId;
    private final String seen;
    private final String state;
    private final InstantSource clock;
    private final Counters counters;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Call> unconfirmed = new ArrayDeque<>();

    /** What Redis confirmed within {@link Bus#UNSAFE}, and may forget when it is killed. */
    private final Deque<Confirmed> confirmed = new ArrayDeque<>();

    private int eventsConfirmed;
    private int losses;
    private int onTheirWay;
    private int eventsOnTheirWay;
    private @Nullable RuntimeException failure;
    private @Nullable Instant lostAt;

    /**
     * @param source of whose messages none is published twice
     */
    Publisher(
            Lease lease,
            UUID workspaceId,
            UUID livestreamId,
            String source,
            InstantSource clock,
            Counters counters) {
        this.lease = lease;
        this.workspaceId = workspaceId;
        this.livestreamId = livestreamId;
        this.seen = "seen:" + workspaceId + ":" + source + ":";
        this.state = state(lease.partition(), livestreamId);
        this.clock = clock;
        this.counters = counters;
        this.losses = lease.losses();
    }

    /** The key of what is kept of a livestream with its events. */
    static String state(int partition, UUID livestreamId) {
        return Stream.key(partition, "livestream:" + livestreamId);
    }

    /** One call of the script; its keys and arguments never change. */
    private static final class Call {
        final List<String> keys;
        final List<String> args;
        final int events;
        int sent;
        private @Nullable Runnable onConfirmed;

        Call(List<String> keys, List<String> args, int events, Runnable onConfirmed) {
            this.keys = keys;
            this.args = args;
            this.events = events;
            this.onConfirmed = onConfirmed;
        }

        /** Whoever is to be told that it is confirmed; nobody when it is so once more. */
        @Nullable Runnable confirmed() {
            var told = onConfirmed;
            onConfirmed = null;
            return told;
        }
    }

    private record Confirmed(Call call, long atNanos) {}

    /** The state that an earlier owner kept. */
    Map<String, String> restore() throws InterruptedException {
        var pause = FIRST_PAUSE;
        while (true) {
            try {
                var reply = lease.call(STATE, List.of(state), List.of()).get();
                var fields = new HashMap<String, String>();
                for (int i = 0; i + 1 < reply.size(); i += 2) {
                    fields.put(reply.text(i), reply.text(i + 1));
                }
                return fields;
            } catch (ExecutionException e) {
                requireRepeatable(cause(e));
                Thread.sleep(pause);
                pause = longer(pause);
            }
        }
    }

    /**
     * Publishes what a frame led to; waits while too much is on its way.
     *
     * @param frameMicros when the frame was read, microseconds since the epoch
     * @param onConfirmed runs once all of it is on the stream; must not block
     * @throws BusException.LeaseLost when the livestream is somebody else's now
     */
    void publish(Events.Outcome outcome, long frameMicros, Runnable onConfirmed)
            throws InterruptedException {
        if (outcome.pending().isEmpty() && outcome.changes().isEmpty()) {
            onConfirmed.run();
            return;
        }
        var call = call(outcome, frameMicros, onConfirmed);
        log(outcome);
        settle();
        lock.lockInterruptibly();
        try {
            while (eventsOnTheirWay > 0
                    && eventsOnTheirWay + call.events > WINDOW
                    && failure == null) {
                changed.await();
            }
            unconfirmed.addLast(call);
            if (failure == null) {
                send(call);
                return;
            }
        } finally {
            lock.unlock();
        }
        settle();
    }

    private void log(Events.Outcome outcome) {
        if (!LOG.isLoggable(Level.DEBUG)) {
            return;
        }
        for (var pending : outcome.pending()) {
            LOG.log(
                    Level.DEBUG,
                    "event={0} type={1} livestream={2} publishing=now",
                    pending.event().id(),
                    pending.event().type(),
                    livestreamId);
        }
    }

    /**
     * Sends again what failed, if anything did, until it is confirmed.
     *
     * @throws BusException.LeaseLost when the livestream is somebody else's now
     */
    void settle() throws InterruptedException {
        var pause = FIRST_PAUSE;
        lock.lockInterruptibly();
        try {
            forgetOld();
            lookForLoss();
            while (failure != null) {
                while (onTheirWay > 0) {
                    changed.await();
                }
                var reason = failure;
                requireRepeatable(reason);
                if (pause.equals(FIRST_PAUSE)) {
                    LOG.log(
                            Level.WARNING,
                            "livestream={0} publishing=delayed calls={1,number,#} reason=\"{2}\"",
                            livestreamId,
                            unconfirmed.size(),
                            reason.getMessage());
                }
                changed.awaitNanos(pause.toNanos());
                pause = longer(pause);
                lookForLoss();
                failure = null;
                for (var call : List.copyOf(unconfirmed)) {
                    send(call);
                    while (onTheirWay > 0) {
                        changed.await();
                    }
                    if (failure != null) {
                        break;
                    }
                }
                lookForLoss();
                if (failure == null) {
                    LOG.log(Level.INFO, "livestream={0} publishing=resumed", livestreamId);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whoever lost Redis does not know whether it was killed: what it confirmed last goes again.
     */
    private void lookForLoss() {
        int now = lease.losses();
        if (now == losses) {
            return;
        }
        losses = now;
        for (var last = confirmed.descendingIterator(); last.hasNext(); ) {
            unconfirmed.addFirst(last.next().call());
        }
        confirmed.clear();
        eventsConfirmed = 0;
        if (failure == null && !unconfirmed.isEmpty()) {
            failure = BusException.lost();
        }
    }

    /** Waits until everything is confirmed. */
    void drain() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            settle();
            while (!unconfirmed.isEmpty()) {
                while (onTheirWay > 0) {
                    changed.await();
                }
                settle();
            }
        } finally {
            lock.unlock();
        }
    }

    /** When something was given up since the last time this was asked. */
    Optional<Instant> takeLost() {
        lock.lock();
        try {
            var lost = Optional.ofNullable(lostAt);
            lostAt = null;
            return lost;
        } finally {
            lock.unlock();
        }
    }

    private void send(Call call) {
        call.sent++;
        onTheirWay++;
        eventsOnTheirWay += call.events;
        var _ =
                lease.call(Publication.SCRIPT, call.keys, call.args)
                        .whenComplete(
                                (reply, e) -> answered(call, e == null ? reply.number(0) : 0, e));
    }

    private void answered(Call call, long published, @Nullable Throwable problem) {
        Runnable onConfirmed;
        lock.lock();
        try {
            onTheirWay--;
            eventsOnTheirWay -= call.events;
            if (problem != null) {
                failed(call, cause(problem));
                return;
            }
            unconfirmed.remove(call);
            confirmed(call);
            onConfirmed = call.confirmed();
            if (onConfirmed != null) {
                // Sent twice, it may be its own duplicate: Redis had it, and its answer was lost.
                long fresh = call.sent > 1 ? call.events : published;
                counters.published.add(fresh);
                counters.duplicates.add(call.events - fresh);
            }
        } finally {
            changed.signalAll();
            lock.unlock();
        }
        if (onConfirmed != null) {
            onConfirmed.run();
        }
    }

    private void confirmed(Call call) {
        long now = System.nanoTime();
        confirmed.addLast(new Confirmed(call, now));
        eventsConfirmed += call.events;
        while (eventsConfirmed > MOST_CONFIRMED) {
            eventsConfirmed -= confirmed.removeFirst().call().events;
        }
        if (failure == null) {
            forgetOld();
        }
    }

    /** Not while Redis is away: what was young when it was lost stays of interest. */
    private void forgetOld() {
        long now = System.nanoTime();
        while (lease.losses() == losses
                && !confirmed.isEmpty()
                && now - confirmed.getFirst().atNanos() > Bus.UNSAFE.toNanos()) {
            eventsConfirmed -= confirmed.removeFirst().call().events;
        }
    }

    /** What can never succeed is given up, so that it does not hold up the rest. */
    private void failed(Call call, RuntimeException problem) {
        if (problem instanceof BusException.ScriptFailed) {
            LOG.log(Level.ERROR, "livestream=" + livestreamId + " events=lost", problem);
            unconfirmed.remove(call);
            lostAt = clock.instant();
            return;
        }
        if (failure == null || problem instanceof BusException.LeaseLost) {
            failure = problem;
        }
    }

    private static void requireRepeatable(RuntimeException problem) {
        boolean repeatable =
                problem instanceof BusException.Unavailable
                        || problem instanceof BusException.StreamFull;
        if (!repeatable) {
            throw problem;
        }
    }

    private static RuntimeException cause(Throwable problem) {
        var cause =
                problem instanceof CompletionException || problem instanceof ExecutionException
                        ? problem.getCause()
                        : problem;
        if (cause instanceof BusException bus) {
            return bus;
        }
        return new IllegalStateException("the bus failed in an unknown way", cause);
    }

    private Call call(Events.Outcome outcome, long frameMicros, Runnable onConfirmed) {
        var keys = Publication.keys(lease.partition(), seen, state);
        var args = Publication.args(workspaceId, livestreamId, frameMicros, "", outcome);
        return new Call(keys, args, outcome.pending().size(), onConfirmed);
    }

    private static Duration longer(Duration pause) {
        var longer = pause.multipliedBy(2);
        return longer.compareTo(LAST_PAUSE) < 0 ? longer : LAST_PAUSE;
    }
}
