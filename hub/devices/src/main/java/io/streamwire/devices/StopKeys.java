package io.streamwire.devices;

import io.helidon.webserver.http.ServerRequest;
import io.streamwire.bus.Bus;
import io.streamwire.bus.Script;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Stream;
import io.streamwire.service.IdempotencyKey;
import io.streamwire.service.Problem;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Which stop an Idempotency-Key stands for, so that a repeated request does not stop again. It
 * never keeps a stop from happening: not when Redis is away, the key is not valid, the devices are
 * other ones, or one of them was armed since.
 */
final class StopKeys {

    private static final Logger LOG = System.getLogger(StopKeys.class.getName());

    private static final Script GET = new Script("stop-key", "return redis.call('GET', KEYS[1])");
    private static final Script SET =
            new Script(
                    "keep-stop-key",
                    "return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) and 1");

    /** How long a key is remembered. */
    private static final Duration KEPT = Duration.ofHours(24);

    /** A stop waits no longer for Redis, ms. */
    private static final long LONGEST_MS = 300;

    private final Bus bus;
    private final SafetySwitch safety;

    StopKeys(Bus bus, SafetySwitch safety) {
        this.bus = bus;
        this.safety = safety;
    }

    /** The key that a client gave, if it gave one that can be understood. */
    static Optional<String> given(ServerRequest request) {
        try {
            return IdempotencyKey.of(request);
        } catch (Problem e) {
            return Optional.empty();
        }
    }

    /** The epoch of the stop that a key stands for, unless something was armed since. */
    Optional<Long> earlier(UUID workspaceId, List<UUID> devices, String key) {
        try {
            var epoch =
                    bus.call(GET, List.of(redisKey(workspaceId, devices, key)), List.of())
                            .orTimeout(LONGEST_MS, TimeUnit.MILLISECONDS)
                            .join()
                            .text(0);
            if (epoch.isEmpty()) {
                return Optional.empty();
            }
            // Somebody may have armed at another instance just now.
            safety.load(bus.partition(workspaceId))
                    .orTimeout(LONGEST_MS, TimeUnit.MILLISECONDS)
                    .join();
            return safety.armed(workspaceId, devices)
                    ? Optional.empty()
                    : Optional.of(Long.valueOf(epoch));
        } catch (CompletionException e) {
            LOG.log(Level.DEBUG, "stop_key=unknown reason={0}", e.getMessage());
            return Optional.empty();
        }
    }

    /** Remembers what a key stands for; while Redis is away it is forgotten. */
    void keep(UUID workspaceId, List<UUID> devices, String key, long epoch) {
        var _ =
                bus.call(
                        SET,
                        List.of(redisKey(workspaceId, devices, key)),
                        List.of(Long.toString(epoch), Long.toString(KEPT.toMillis())));
    }

    private String redisKey(UUID workspaceId, List<UUID> devices, String key) {
        var whom = devices.stream().map(UUID::toString).sorted().collect(Collectors.joining(" "));
        return Stream.key(
                bus.partition(workspaceId),
                "answer:" + Ids.keyed(workspaceId, "stop " + whom, key));
    }
}
