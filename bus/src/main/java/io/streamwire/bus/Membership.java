package io.streamwire.bus;

import io.streamwire.contract.Stream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * One instance's share of a service's partitions. A beat says that the instance lives, renews its
 * leases, takes what is free up to its fair share and gives back what is above it. It never waits
 * for a consumer, which may hang in its database: the other leases would lapse. The owned
 * partitions are changed by the beat's thread alone.
 *
 * <pre>
 *   free --acquire--> owned --renew--> owned
 *                       |---lease lost, or above the fair share---> leaving
 *   leaving --renew--> leaving
 *      |---consumers ended, or {@link #LONGEST_LEAVING} later: their lease is gone---> free
 * </pre>
 */
public final class Membership implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Membership.class.getName());
    private static final Script MEMBERS = Script.of(Membership.class, "members.lua");
    private static final Script BACKLOG = Script.of(Membership.class, "backlog.lua");

    /** A consumer that takes longer cannot acknowledge its batch; the next owner handles it. */
    static final Duration LONGEST_LEAVING = Duration.ofSeconds(2);

    /** How often it is looked whether the consumers of what leaves have ended. */
    private static final Duration LOOK = Duration.ofMillis(10);

    private final RedisLink redis;
    private final Leases leases;
    private final String service;
    private final String instance;
    private final List<Consumer> consumers;
    private final PartitionListener listener;
    private final Map<Integer, Owned> owned = new ConcurrentHashMap<>();
    private final Thread beat;
    private volatile boolean closing;
    private boolean full; // only of the beat

    /** A partition; changed by the beat alone. */
    private static final class Owned {
        private final Lease lease;
        private final List<ConsumerLoop> loops;
        private String why = ""; // it leaves
        private long leavingSince;

        Owned(Lease lease, List<ConsumerLoop> loops) {
            this.lease = lease;
            this.loops = loops;
        }

        Lease lease() {
            return lease;
        }

        boolean leaving() {
            return !why.isEmpty();
        }

        boolean dead() {
            return loops.stream().anyMatch(ConsumerLoop::dead);
        }

        void leave(String reason) {
            if (!leaving()) {
                why = reason;
                leavingSince = System.nanoTime();
                loops.forEach(ConsumerLoop::stop);
            }
        }

        /** How much longer its consumers may take; none is left when they have ended. */
        Duration patience() {
            return loops.stream().allMatch(ConsumerLoop::ended)
                    ? Duration.ZERO
                    : LONGEST_LEAVING.minusNanos(System.nanoTime() - leavingSince);
        }
    }

    Membership(
            RedisLink redis,
            String service,
            String instance,
            List<Consumer> consumers,
            PartitionListener listener) {
        this.redis = redis;
        this.leases = new Leases(redis);
        this.service = service;
        this.instance = instance;
        this.consumers = List.copyOf(consumers);
        this.listener = listener;
        this.beat = Thread.ofVirtual().name("bus-" + service).unstarted(this::run);
    }

    void start() {
        beat.start();
    }

    /** The partitions that this instance owns now. */
    public Set<Integer> partitions() {
        return Set.copyOf(owned.keySet());
    }

    /** Whether this instance owns the partition now. */
    public boolean owns(int partition) {
        var mine = owned.get(partition);
        return mine != null && mine.lease().held();
    }

    /**
     * How far a group is behind in the partitions that this instance owns.
     *
     * @param pending entries that it has in hand
     * @param lag how long the oldest one waits that it has not in hand yet
     */
    public record Backlog(Stream stream, String group, long pending, Duration lag) {}

    /**
     * How far each of the groups is behind.
     *
     * @throws BusException when Redis cannot be asked
     */
    public List<Backlog> backlog() {
        return consumers.stream().map(this::backlog).toList();
    }

    private Backlog backlog(Consumer consumer) {
        var answers =
                partitions().stream()
                        .map(partition ->
                                redis.run(
                                        BACKLOG,
                                        Script.Guard.NONE,
                                        List.of(consumer.stream().key(partition)),
                                        List.of(consumer.group())))
                        .toList();
        long pending = 0;
        long lag = 0;
        for (var answer : answers) {
            var reply = RedisLink.await("backlog.lua", answer);
            pending += reply.number(0);
            lag = Math.max(lag, reply.number(1));
        }
        return new Backlog(consumer.stream(), consumer.group(), pending, Duration.ofMillis(lag));
    }

    private void run() {
        var pause = redis.settings().leaseTtl().dividedBy(5);
        var backoff = new Backoff();
        while (!closing) {
            try {
                leaveLost();
                share();
                backoff.reset();
                var next = System.nanoTime() + pause.toNanos();
                while (!closing && next - System.nanoTime() > 0) {
                    LockSupport.parkNanos(anyLeaving() ? LOOK.toNanos() : next - System.nanoTime());
                    giveBack();
                }
            } catch (BusException e) {
                if (backoff.fresh()) {
                    LOG.log(
                            Level.WARNING,
                            "service={0} instance={1} beat=failed reason={2}",
                            service,
                            instance,
                            e.getMessage());
                }
                LockSupport.parkNanos(backoff.next().toNanos());
            } catch (RuntimeException e) {
                // A listener's defect must not end the beat: the leases would lapse one by one.
                LOG.log(Level.ERROR, "service=" + service + " beat=failed", e);
                LockSupport.parkNanos(backoff.next().toNanos());
            }
        }
    }

    private void leaveLost() {
        for (var mine : owned.values()) {
            if (!mine.lease().held()) {
                mine.leave("lost");
            }
        }
        giveBack();
    }

    private boolean anyLeaving() {
        return owned.values().stream().anyMatch(Owned::leaving);
    }

    /** Gives back what its consumers have left, or were too long about. */
    private void giveBack() {
        for (var mine : List.copyOf(owned.values())) {
            if (mine.leaving() && !mine.patience().isPositive()) {
                drop(mine);
            }
        }
    }

    private void share() {
        // Before anything that a full Redis refuses: what is owned must go on, to make room.
        // And all at once: one after the other would take too long when Redis is slow.
        var renewals = new LinkedHashMap<Owned, CompletableFuture<Boolean>>();
        for (var mine : owned.values()) {
            renewals.put(mine, mine.lease().renewal());
        }
        renewals.forEach((mine, renewal) -> {
            if (!RedisLink.await("renew.lua", renewal)) {
                mine.leave("lost");
            } else if (mine.dead()) {
                mine.leave("stalled");
            }
        });
        giveBack();
        try {
            balance();
            full = false;
        } catch (BusException.StreamFull e) {
            if (!full) {
                LOG.log(Level.WARNING, "service={0} redis=full {1}", service, e.getMessage());
            }
            full = true;
        }
    }

    private void balance() {
        var partitions = redis.settings().partitions();
        var live = announce(redis.settings().leaseTtl());
        var fairShare = (int) ((partitions + live - 1) / live);
        var above = owned.values().stream().filter(mine -> !mine.leaving()).count() - fairShare;
        for (var mine : owned.values()) {
            if (above > 0 && !mine.leaving()) {
                mine.leave("shared");
                above--;
            }
        }
        for (int partition = 0; partition < partitions && owned.size() < fairShare; partition++) {
            if (!owned.containsKey(partition) && !closing) {
                acquire(partition);
            }
        }
    }

    private long announce(Duration ttl) {
        return RedisLink.await(
                        "members.lua",
                        redis.run(
                                MEMBERS,
                                Script.Guard.NONE,
                                List.of("sw:members:" + service),
                                List.of(instance, Long.toString(ttl.toMillis()))))
                .number(0);
    }

    private void acquire(int partition) {
        leases.acquire(partition, Stream.key(partition, "lease:" + service), instance)
                .ifPresent(lease -> {
                    listener.acquired(lease);
                    var loops = new ArrayList<ConsumerLoop>();
                    for (var consumer : consumers) {
                        var loop = new ConsumerLoop(redis, lease, consumer);
                        loops.add(loop);
                        loop.start();
                    }
                    owned.put(partition, new Owned(lease, loops));
                    LOG.log(
                            Level.DEBUG,
                            "service={0} instance={1} partition={2} lease=acquired",
                            service,
                            instance,
                            partition);
                });
    }

    /** What its consumers still do takes no effect: their lease is fenced. */
    private void drop(Owned mine) {
        var partition = mine.lease().partition();
        owned.remove(partition);
        listener.released(partition);
        if (mine.lease().held()) {
            try {
                mine.lease().close();
            } catch (BusException e) {
                LOG.log(Level.DEBUG, "lease=expires reason={0}", e.getMessage());
            }
        }
        LOG.log(
                closing ? Level.DEBUG : Level.INFO,
                "service={0} instance={1} partition={2} lease={3}",
                service,
                instance,
                partition,
                mine.why);
    }

    /**
     * Finishes the batches under way, unless they take too long, and gives all partitions back, so
     * that others go on at once.
     */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(beat);
        try {
            beat.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        owned.values().forEach(mine -> mine.leave("released"));
        while (!owned.isEmpty()) {
            giveBack();
            if (!owned.isEmpty()) {
                LockSupport.parkNanos(LOOK.toNanos());
            }
        }
        try {
            var _ = announce(Duration.ZERO);
        } catch (BusException e) {
            LOG.log(Level.DEBUG, "member=expires reason={0}", e.getMessage());
        }
    }
}
