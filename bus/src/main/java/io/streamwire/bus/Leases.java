package io.streamwire.bus;

import java.util.List;
import java.util.Optional;

/** Takes leases. */
final class Leases {

    private static final Script ACQUIRE = Script.of(Leases.class, "acquire.lua");

    private final RedisLink redis;

    Leases(RedisLink redis) {
        this.redis = redis;
    }

    /** The lease when it is free, or was held by the same instance before it died. */
    Optional<Lease> acquire(int partition, String key, String instance) {
        var sentAt = System.nanoTime();
        var reply =
                RedisLink.await(
                        "acquire.lua",
                        redis.run(
                                ACQUIRE,
                                Script.Guard.NONE,
                                List.of(key, key + ":fence"),
                                List.of(
                                        instance,
                                        Long.toString(redis.settings().leaseTtl().toMillis()))));
        var value = reply.text(0);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Lease(redis, partition, key, value, sentAt));
    }
}
