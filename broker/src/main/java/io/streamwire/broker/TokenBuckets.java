package io.streamwire.broker;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A token bucket of each key; a key that was quiet for long costs no memory. Thread-safe. */
final class TokenBuckets<K> {

    /** So many times what a second allows may happen at once, unless otherwise said. */
    static final int BURST_SECONDS = 10;

    /** Full buckets are forgotten each time so many were made. */
    private static final int MADE_BETWEEN_SWEEPS = 1_024;

    private final int perSecond;
    private final int burstSeconds;
    private final Map<K, TokenBucket> buckets = new ConcurrentHashMap<>();
    private final AtomicInteger made = new AtomicInteger();

    TokenBuckets(int perSecond) {
        this(perSecond, BURST_SECONDS);
    }

    /**
     * @param burstSeconds so many times what a second allows may happen at once
     */
    TokenBuckets(int perSecond, int burstSeconds) {
        this.perSecond = perSecond;
        this.burstSeconds = burstSeconds;
    }

    /** Whether it may happen now; if so, it counts. */
    boolean tryTake(K key, long nowNanos) {
        if (made.get() >= MADE_BETWEEN_SWEEPS) {
            sweep(nowNanos);
        }
        var taken = new boolean[1];
        var _ =
                buckets.compute(
                        key,
                        (_, known) -> {
                            var bucket = known == null ? make(nowNanos) : known;
                            taken[0] = bucket.tryTake(nowNanos);
                            return bucket;
                        });
        return taken[0];
    }

    /** Whether it may happen now, without counting it. */
    boolean has(K key, long nowNanos) {
        var bucket = buckets.get(key);
        return bucket == null || bucket.has(nowNanos);
    }

    int size() {
        return buckets.size();
    }

    private TokenBucket make(long nowNanos) {
        var _ = made.incrementAndGet();
        return new TokenBucket(perSecond, burstSeconds * perSecond, nowNanos);
    }

    private void sweep(long nowNanos) {
        made.set(0);
        for (var key : buckets.keySet()) {
            var _ =
                    buckets.computeIfPresent(
                            key, (_, bucket) -> bucket.isFull(nowNanos) ? null : bucket);
        }
    }
}
