package io.streamwire.service;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Script;
import io.streamwire.contract.Stream;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;

/**
 * The workspaces that were deleted lately, for services that must let go of them. They are kept for
 * a day, longer than anything stays armed.
 */
public final class DeletedWorkspaces {

    /** Announces the id of a workspace that was just deleted; who misses it asks {@link #all}. */
    public static final String CHANNEL = "deleted-workspaces";

    private static final List<String> KEYS = List.of(Stream.key(0, CHANNEL));
    private static final Duration KEPT = Duration.ofDays(1);
    private static final Script ADD =
            new Script(
                    "delete-workspace",
                    """
                    redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])
                    return redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
                    """);
    private static final Script ALL =
            new Script("deleted-workspaces", "return redis.call('ZRANGE', KEYS[1], 0, -1)");

    private DeletedWorkspaces() {}

    /**
     * Writes a deletion down.
     *
     * @throws BusException.Unavailable when Redis is away: then nothing may be deleted
     */
    public static void add(Bus bus, UUID workspaceId) {
        var now = Instant.now();
        call(
                bus,
                ADD,
                workspaceId.toString(),
                Long.toString(now.toEpochMilli()),
                Long.toString(now.minus(KEPT).toEpochMilli()));
        bus.announce(CHANNEL, workspaceId.toString());
    }

    /**
     * The workspaces that were deleted within a day.
     *
     * @throws BusException.Unavailable when Redis is away
     */
    public static Set<UUID> all(Bus bus) {
        var ids = new HashSet<UUID>();
        call(bus, ALL).forEach(id -> ids.add(UUID.fromString(String.valueOf(id))));
        return ids;
    }

    private static List<?> call(Bus bus, Script script, String... arguments) {
        try {
            return bus.call(script, KEYS, List.of(arguments)).join().values();
        } catch (CompletionException e) {
            if (e.getCause() instanceof BusException failure) {
                throw failure;
            }
            throw e;
        }
    }
}
