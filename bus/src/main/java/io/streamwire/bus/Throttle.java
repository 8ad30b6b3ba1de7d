package io.streamwire.bus;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;

/**
 * A limit that all instances share: a token bucket per key in Redis. While Redis is away each
 * instance counts for itself, so that a limit never falls away.
 */
public final class Throttle {

    private final String name;
    private final BucketConfiguration limit;
    private final ProxyManager<String> shared;
    private final Cache<String, Bucket> own;

    Throttle(
            StatefulRedisConnection<String, byte[]> connection,
            String name,
            long capacity,
            Duration refill) {
        this.name = name;
        this.limit =
                BucketConfiguration.builder()
                        .addLimit(bandwidth ->
                                bandwidth.capacity(capacity).refillGreedy(capacity, refill))
                        .build();
        this.shared =
                Bucket4jLettuce.casBasedBuilder(connection)
                        .expirationAfterWrite(
                                ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(
                                        refill))
                        .build();
        this.own = Caffeine.newBuilder().maximumSize(10_000).expireAfterAccess(refill).build();
    }

    /** Takes one token of a key: zero when there was one, else how long until there is. */
    public Duration take(String key) {
        var bucketKey = "sw:throttle:" + name + ":" + key;
        try {
            return take(shared.builder().build(bucketKey, () -> limit));
        } catch (RedisException e) {
            return take(own.get(bucketKey, _ -> ownBucket()));
        }
    }

    /** How many tokens a key has left now. */
    public long left(String key) {
        var bucketKey = "sw:throttle:" + name + ":" + key;
        try {
            return shared.builder().build(bucketKey, () -> limit).getAvailableTokens();
        } catch (RedisException e) {
            return own.get(bucketKey, _ -> ownBucket()).getAvailableTokens();
        }
    }

    private static Duration take(Bucket bucket) {
        return Duration.ofNanos(bucket.tryConsumeAndReturnRemaining(1).getNanosToWaitForRefill());
    }

    private Bucket ownBucket() {
        var bucket = Bucket.builder();
        for (var bandwidth : limit.getBandwidths()) {
            bucket.addLimit(bandwidth);
        }
        return bucket.build();
    }
}
