package io.streamwire.devices;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Script;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.Stream;
import io.streamwire.service.Problem;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * People's commands that were refused, the latest of each workspace for a day, in Redis: they
 * answer why something did not move. Thread-safe.
 */
final class Refusals {

    private static final Logger LOG = System.getLogger(Refusals.class.getName());

    private static final Script KEEP =
            new Script(
                    "keep-refusal",
                    """
                    redis.call('LPUSH', KEYS[1], ARGV[1])
                    redis.call('LTRIM', KEYS[1], 0, ARGV[2] - 1)
                    return redis.call('PEXPIRE', KEYS[1], ARGV[3])
                    """);
    private static final Script ALL =
            new Script("refusals", "return redis.call('LRANGE', KEYS[1], 0, -1)");

    /** Of one workspace. */
    static final int MOST = 200;

    private static final Duration KEPT = Duration.ofDays(1);

    /** What the state of things was wrong for, the body, or the moment. */
    private static final Set<Integer> ANSWERABLE = Set.of(409, 422, 429);

    private static final int MOST_ARGS = 16;
    private static final int LONGEST_NAME = 64;

    private final Bus bus;

    Refusals(Bus bus) {
        this.bus = bus;
    }

    /**
     * A command that never was.
     *
     * @param state always refused
     * @param reason the code of the answer
     * @param by {@code user:<id>} or {@code home_assistant}
     * @param httpStatus of the answer
     */
    record Refusal(
            UUID id,
            UUID deviceId,
            String state,
            String reason,
            String detail,
            String command,
            Map<String, Long> args,
            String source,
            String by,
            Instant issuedAt,
            int httpStatus) {

        Refusal {
            args = Map.copyOf(args);
        }
    }

    /** Keeps a refusal, if it is one that people ask about; the id of its receipt. */
    Optional<UUID> keep(
            Device device,
            String source,
            String by,
            String command,
            Map<String, Long> args,
            Instant at,
            Problem why) {
        if (!ANSWERABLE.contains(why.status().code())) {
            return Optional.empty();
        }
        var refusal =
                new Refusal(
                        Ids.next(),
                        device.id(),
                        "refused",
                        why.code(),
                        why.detail(),
                        command.substring(0, Math.min(LONGEST_NAME, command.length())),
                        bounded(args),
                        source,
                        by,
                        at,
                        why.status().code());
        var _ =
                bus.call(
                        KEEP,
                        List.of(key(device.workspaceId())),
                        List.of(
                                Json.write(refusal),
                                Integer.toString(MOST),
                                Long.toString(KEPT.toMillis())));
        return Optional.of(refusal.id());
    }

    /** What a person may have sent is kept as far as it could be a command's. */
    private static Map<String, Long> bounded(Map<String, Long> args) {
        var fits =
                args.size() <= MOST_ARGS
                        && args.keySet().stream().allMatch(name -> name.length() <= LONGEST_NAME)
                        && args.values().stream().noneMatch(Refusals::missing);
        return fits ? args : Map.of();
    }

    private static boolean missing(@Nullable Object value) {
        return value == null;
    }

    /** The refusals of a workspace, the newest first; none while Redis is away. */
    List<Refusal> of(UUID workspaceId) {
        try {
            return SafetySwitch.joined(bus.call(ALL, List.of(key(workspaceId)), List.of()))
                    .values()
                    .stream()
                    .map(text -> Json.read(String.valueOf(text), Refusal.class))
                    .toList();
        } catch (BusException e) {
            LOG.log(Level.DEBUG, "refusals=unknown reason={0}", e.getMessage());
            return List.of();
        }
    }

    private String key(UUID workspaceId) {
        return Stream.key(bus.partition(workspaceId), "refused:" + workspaceId);
    }
}
