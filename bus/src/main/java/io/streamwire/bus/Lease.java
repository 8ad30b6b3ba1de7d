package io.streamwire.bus;

import io.streamwire.contract.Stream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The right to be the only writer of something: a partition, or one livestream. Its value grows
 * with every owner (a fencing token), and each write is checked against it inside Redis, so that an
 * owner that was paused and lost its lease can no longer write.
 */
public final class Lease implements AutoCloseable {

    private static final Script RENEW = Script.of(Lease.class, "renew.lua");
    private static final Script RELEASE = Script.of(Lease.class, "release.lua");
    private static final Script ACKNOWLEDGE = Script.of(Lease.class, "acknowledge.lua");

    private final RedisLink redis;
    private final int partition;
    private final String key;
    private volatile String value;
    private volatile long heldUntilNanos;
    private volatile boolean released;
    private volatile boolean closed;

    Lease(RedisLink redis, int partition, String key, String value, long acquiredAtNanos) {
        this.redis = redis;
        this.partition = partition;
        this.key = key;
        this.value = value;
        this.heldUntilNanos = acquiredAtNanos + redis.settings().leaseTtl().toNanos();
    }

    public int partition() {
        return partition;
    }

    /** See {@link Bus#losses()}. */
    public int losses() {
        return redis.losses();
    }

    /** Whether it is still ours by our own clock. */
    public boolean held() {
        return !released && System.nanoTime() - heldUntilNanos < 0;
    }

    /**
     * Runs a script that handles one stream entry. It takes effect once, however often it is
     * called: a repetition returns what the first call returned. All keys lie in this partition.
     */
    public CompletableFuture<Reply> step(
            Script script, String group, Entry entry, List<String> keys, List<String> args) {
        var allKeys = new ArrayList<String>(keys.size() + 2);
        allKeys.add(key);
        allKeys.add(marks(group));
        allKeys.addAll(keys);
        var allArgs = new ArrayList<String>(args.size() + 2);
        allArgs.add(value);
        allArgs.add(entry.id());
        allArgs.addAll(args);
        return redis.run(script, Script.Guard.STEP, allKeys, allArgs);
    }

    /** Runs a script that must not run once the lease is lost. */
    public CompletableFuture<Reply> call(Script script, List<String> keys, List<String> args) {
        return redis.run(
                script,
                Script.Guard.LEASE,
                RedisLink.joined(List.of(key), keys),
                RedisLink.joined(List.of(value), args));
    }

    CompletableFuture<Reply> acknowledge(Stream stream, String group, List<String> entryIds) {
        return call(
                ACKNOWLEDGE,
                List.of(stream.key(partition), marks(group)),
                RedisLink.joined(List.of(group), entryIds));
    }

    private String marks(String group) {
        return Stream.key(partition, "marks:" + group);
    }

    /** Begins to extend it; false when somebody else has it. */
    CompletableFuture<Boolean> renewal() {
        var sentAt = System.nanoTime();
        var ttl = redis.settings().leaseTtl();
        return redis.run(
                        RENEW,
                        Script.Guard.NONE,
                        List.of(key),
                        List.of(value, Long.toString(ttl.toMillis())))
                .thenApply(reply -> {
                    if (reply.number(0) == 0 || !held()) {
                        released = true; // who works under it has stopped at the end of its time
                        return false;
                    }
                    heldUntilNanos = sentAt + ttl.toNanos();
                    return true;
                });
    }

    /**
     * Takes it again after it lapsed while Redis was away, if nobody has taken it: its writes are
     * fenced, so who works under it may go on. False when somebody else has it.
     */
    boolean retake() {
        if (closed) {
            return false;
        }
        var instance = value.substring(value.indexOf(':') + 1);
        var again = new Leases(redis).acquire(partition, key, instance).orElse(null);
        if (again == null) {
            return false;
        }
        if (closed) {
            again.close();
            return false;
        }
        value = again.value;
        heldUntilNanos = again.heldUntilNanos;
        released = false;
        return true;
    }

    boolean isClosed() {
        return closed;
    }

    /** Gives it back, so that another may take it at once. */
    @Override
    public void close() {
        closed = true;
        if (released) {
            return;
        }
        released = true;
        RedisLink.await(
                "release.lua", redis.run(RELEASE, Script.Guard.NONE, List.of(key), List.of(value)));
    }
}
