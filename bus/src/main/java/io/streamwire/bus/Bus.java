package io.streamwire.bus;

import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.streamwire.contract.Stream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** How the services talk to each other, over one Redis. Thread-safe. */
public final class Bus implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Bus.class.getName());

    private final RedisLink redis;
    private final Leases leases;
    private final StatefulRedisPubSubConnection<String, String> subscriber;
    private final Map<String, List<java.util.function.Consumer<String>>> listeners =
            new ConcurrentHashMap<>();
    private final Map<FeedKey, Feed> feeds = new ConcurrentHashMap<>();
    private final Set<Hold> holds = ConcurrentHashMap.newKeySet();
    private final StatefulRedisConnection<String, byte[]> binary;
    private final Thread renewal;
    private volatile boolean closing;

    private record FeedKey(Stream stream, int partition) {}

    private record Hold(Lease lease, Runnable lost) {}

    private Bus(RedisLink redis) {
        this.redis = redis;
        this.leases = new Leases(redis);
        this.subscriber = redis.subscriber();
        this.binary = redis.binary();
        this.renewal = Thread.ofVirtual().name("bus-holds").unstarted(this::renewHolds);
    }

    /**
     * Connects, waiting for Redis as long as the settings say.
     *
     * @throws BusException.Unavailable when it does not answer in that time
     */
    public static Bus connect(BusSettings settings) {
        var redis = RedisLink.open(settings);
        try {
            var bus = new Bus(redis);
            bus.subscriber.addListener(bus.new Announcements());
            bus.renewal.start();
            return bus;
        } catch (RuntimeException e) {
            redis.close();
            throw e;
        }
    }

    /** How many partitions each stream has. */
    public int partitions() {
        return redis.settings().partitions();
    }

    /** The partition of a workspace. */
    public int partition(UUID workspaceId) {
        return Stream.partition(workspaceId, partitions());
    }

    /**
     * Asks Redis.
     *
     * @throws BusException.Unavailable when it does not answer
     */
    public void check() {
        var _ = RedisLink.await("ping", redis.commands().ping());
    }

    /** How long before its end Redis may confirm what is not in its file yet. */
    public static final Duration UNSAFE = Duration.ofSeconds(3);

    /**
     * How often the connection to Redis was lost. Redis writes its file once in a second and while
     * the disk is busy up to two seconds later: killed in that time it has forgotten what it
     * confirmed. Who can should write what is younger than {@link #UNSAFE} again.
     */
    public int losses() {
        return redis.losses();
    }

    /** Whether there is a connection right now. */
    public boolean available() {
        return redis.isOpen();
    }

    /**
     * Runs a script that any instance may run, in the order of the calls. It must be safe to repeat
     * by itself.
     */
    public CompletableFuture<Reply> call(Script script, List<String> keys, List<String> args) {
        return redis.run(script, Script.Guard.NONE, keys, args);
    }

    /**
     * Joins the instances of a service: they share the partitions evenly, and this one runs the
     * consumers on those it owns.
     *
     * @param instance the same after a restart lets it take its own partitions over at once; two
     *     live instances never share a name
     */
    public Membership join(
            String service, String instance, List<Consumer> consumers, PartitionListener listener) {
        var membership = new Membership(redis, service, instance, consumers, listener);
        membership.start();
        return membership;
    }

    /**
     * Takes the one lease on something of a workspace, such as a livestream, and keeps it until it
     * is closed, also while Redis is away; empty when another instance has it.
     *
     * @param lost runs once when it was lost against our will
     */
    public Optional<Lease> hold(UUID workspaceId, String name, String instance, Runnable lost) {
        var partition = partition(workspaceId);
        var lease = leases.acquire(partition, Stream.key(partition, "hold:" + name), instance);
        lease.ifPresent(held -> holds.add(new Hold(held, lost)));
        return lease;
    }

    private void renewHolds() {
        var pause = redis.settings().leaseTtl().dividedBy(5);
        while (!closing) {
            LockSupport.parkNanos(pause.toNanos());
            for (var hold : lost()) {
                if (holds.remove(hold) && !hold.lease().isClosed()) {
                    Thread.startVirtualThread(hold.lost());
                }
            }
        }
    }

    /** Renews all at once: one after the other would take too long when Redis is slow. */
    private List<Hold> lost() {
        var renewals = new LinkedHashMap<Hold, CompletableFuture<Boolean>>();
        var lost = new ArrayList<Hold>();
        for (var hold : holds) {
            if (hold.lease().isClosed()) {
                lost.add(hold);
            } else if (hold.lease().held()) {
                renewals.put(hold, hold.lease().renewal());
            } else {
                renewals.put(hold, CompletableFuture.completedFuture(false));
            }
        }
        renewals.forEach((hold, renewal) -> {
            if (!kept(hold, renewal)) {
                lost.add(hold);
            }
        });
        return lost;
    }

    private static boolean kept(Hold hold, CompletableFuture<Boolean> renewal) {
        try {
            return RedisLink.await("renew.lua", renewal) || hold.lease().retake();
        } catch (BusException e) {
            return true; // nobody can be asked; what is written is fenced
        }
    }

    /** The newest entries of a stream, for any number of readers. */
    public Feed feed(Stream stream, int partition) {
        return feeds.computeIfAbsent(
                new FeedKey(stream, partition), _ -> new Feed(redis, stream, partition));
    }

    /**
     * Tells every instance that listens, at most once and only those connected now: what must not
     * be missed is also looked up by time.
     */
    public void announce(String channel, String message) {
        try {
            var _ =
                    redis.commands()
                            .publish("sw:" + channel, message)
                            .exceptionally(failure -> {
                                LOG.log(
                                        Level.DEBUG,
                                        "channel={0} announced=no reason={1}",
                                        channel,
                                        failure.getMessage());
                                return 0L;
                            });
        } catch (io.lettuce.core.RedisException e) {
            LOG.log(Level.DEBUG, "channel={0} announced=no reason={1}", channel, e.getMessage());
        }
    }

    /** Listens to announcements; the listener must not block. */
    public AutoCloseable listen(String channel, java.util.function.Consumer<String> listener) {
        var name = "sw:" + channel;
        listeners
                .computeIfAbsent(
                        name,
                        _ -> {
                            var _ = subscriber.async().subscribe(name);
                            return new CopyOnWriteArrayList<>();
                        })
                .add(listener);
        return () -> listeners.getOrDefault(name, List.of()).remove(listener);
    }

    /**
     * A limit that all instances share.
     *
     * @param capacity tokens of a full bucket
     * @param refill how long an empty bucket takes to fill
     */
    public Throttle throttle(String name, long capacity, Duration refill) {
        return new Throttle(binary, name, capacity, refill);
    }

    /** A small shared value. */
    public Optional<String> get(String key) {
        return Optional.ofNullable(RedisLink.await("get", redis.commands().get(key)));
    }

    /** Keeps a small shared value for a time. */
    public void set(String key, String value, Duration ttl) {
        var _ =
                RedisLink.await(
                        "set",
                        redis.commands().set(key, value, SetArgs.Builder.px(ttl.toMillis())));
    }

    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(renewal);
        for (var hold : holds) {
            try {
                hold.lease().close();
            } catch (BusException e) {
                LOG.log(Level.DEBUG, "lease=expires reason={0}", e.getMessage());
            }
        }
        redis.close();
    }

    private final class Announcements extends RedisPubSubAdapter<String, String> {
        @Override
        public void message(String channel, @Nullable String message) {
            for (var listener : listeners.getOrDefault(channel, List.of())) {
                try {
                    listener.accept(message == null ? "" : message);
                } catch (RuntimeException e) {
                    LOG.log(Level.WARNING, "channel=" + channel + " listener=failed", e);
                }
            }
        }
    }
}
