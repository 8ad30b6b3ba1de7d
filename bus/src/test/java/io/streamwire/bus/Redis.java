package io.streamwire.bus;

import io.lettuce.core.KillArgs;
import io.streamwire.embedded.Embedded;
import java.net.URI;
import java.time.Duration;

/** The Redis of this module's tests; each test uses a partition count and names of its own. */
final class Redis {

    private static final Embedded EMBEDDED = Embedded.startTemporary();

    private Redis() {}

    static URI url() {
        return EMBEDDED.redisUrl();
    }

    /** Settings with leases short enough to see them lapse. */
    static BusSettings settings(URI url) {
        return new BusSettings(
                url,
                8,
                Duration.ofSeconds(2),
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                5_000,
                1_000,
                1 << 20);
    }

    /** Changes a setting of the server. */
    static void configure(String setting, String value) {
        try (var redis = RedisLink.open(settings(url()))) {
            var _ = RedisLink.await("config", redis.commands().configSet(setting, value));
        }
    }

    /** Ends every connection but its own. */
    static void cutConnections() {
        try (var redis = RedisLink.open(settings(url()))) {
            var _ =
                    RedisLink.await(
                            "client kill",
                            redis.commands().clientKill(KillArgs.Builder.typeNormal().skipme()));
        }
    }

    static void clear() {
        try (var redis = RedisLink.open(settings(url()))) {
            var _ = RedisLink.await("flushall", redis.commands().flushall());
        }
    }
}
