package io.streamwire.rules;

import io.streamwire.bus.BusException;
import io.streamwire.bus.Lease;
import io.streamwire.bus.PartitionListener;
import io.streamwire.bus.Script;
import io.streamwire.contract.Stream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Hands delayed actions, the ends of votes and the turns of queues over when their time has come:
 * one virtual thread per owned partition, which sleeps until the next one is due.
 */
final class DelayedActions implements PartitionListener {

    private static final Logger LOG = System.getLogger(DelayedActions.class.getName());
    private static final Script DUE = Script.of(DelayedActions.class, "due.lua");

    /** Actions that one call moves. */
    private static final int BATCH = 100;

    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(1);

    private final InstantSource clock;
    private final Turns turns;
    private final Map<Integer, Mover> movers = new ConcurrentHashMap<>();

    DelayedActions(InstantSource clock, Turns turns) {
        this.clock = clock;
        this.turns = turns;
    }

    /** The sorted set of a partition; scores are ms since the epoch. */
    static String key(int partition) {
        return Stream.key(partition, "delayed");
    }

    @Override
    public void acquired(Lease lease) {
        var mover = new Mover(lease);
        movers.put(lease.partition(), mover);
        Thread.ofVirtual().name("rules-delayed-" + lease.partition()).start(mover);
    }

    @Override
    public void released(int partition) {
        var mover = movers.remove(partition);
        if (mover != null) {
            mover.stop();
        }
    }

    /** Says that there may be a new one. */
    void wake(int partition) {
        var mover = movers.get(partition);
        if (mover != null) {
            mover.news.release();
        }
    }

    private final class Mover implements Runnable {

        private final Lease lease;
        private final Semaphore news = new Semaphore(0);
        private volatile boolean stopped;

        Mover(Lease lease) {
            this.lease = lease;
        }

        void stop() {
            stopped = true;
            news.release();
        }

        @Override
        public void run() {
            try {
                while (!stopped && lease.held()) {
                    var pause = move();
                    if (news.tryAcquire(pause, TimeUnit.MILLISECONDS)) {
                        news.drainPermits();
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** One that fails has its turn again in a second, and does not keep the others waiting. */
        private void take(UUID workspaceId, UUID ruleId) {
            try {
                turns.take(lease, workspaceId, ruleId);
            } catch (CompletionException e) {
                throw e;
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "rule=" + ruleId + " turn=failed", e);
            }
        }

        /** Moves what is due; answers how long to sleep, ms. */
        private long move() {
            var now = clock.millis();
            try {
                var reply =
                        lease.call(
                                        DUE,
                                        List.of(
                                                Stream.ACTIONS.key(lease.partition()),
                                                key(lease.partition()),
                                                Stream.EVENTS.key(lease.partition())),
                                        List.of(Long.toString(now), Integer.toString(BATCH)))
                                .join();
                for (int i = 2; i + 1 < reply.values().size(); i += 2) {
                    take(UUID.fromString(reply.text(i + 1)), UUID.fromString(reply.text(i)));
                }
                return reply.values().size() > 2
                        ? 0
                        : reply.text(1).isEmpty()
                                ? LONGEST_SLEEP.toMillis()
                                : Math.clamp(reply.number(1) - now, 0, LONGEST_SLEEP.toMillis());
            } catch (CompletionException e) {
                var passing =
                        e.getCause() instanceof BusException
                                && !(e.getCause() instanceof BusException.ScriptFailed);
                if (!passing && !stopped) {
                    LOG.log(Level.ERROR, "partition=" + lease.partition() + " delayed=stuck", e);
                }
                return LONGEST_SLEEP.toMillis();
            } catch (RuntimeException e) {
                // One rule's defect, or rules that cannot be read now, must not end the others'.
                LOG.log(Level.ERROR, "partition=" + lease.partition() + " delayed=failed", e);
                return LONGEST_SLEEP.toMillis();
            }
        }
    }
}
