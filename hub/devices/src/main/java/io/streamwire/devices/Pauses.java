package io.streamwire.devices;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Script;
import io.streamwire.contract.Stream;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whose commands wait until somebody resumes them: kept in Redis, known to every instance.
 * Thread-safe.
 */
final class Pauses {

    /** Tells other instances to read them again. */
    static final String CHANNEL = "pauses";

    private static final Script PAUSE =
            new Script("pause", "return redis.call('SADD', KEYS[1], ARGV[1])");
    private static final Script RESUME =
            new Script("resume", "return redis.call('SREM', KEYS[1], ARGV[1])");
    private static final Script ALL =
            new Script("paused", "return redis.call('SMEMBERS', KEYS[1])");

    private final Bus bus;
    private final Map<Integer, Set<UUID>> paused = new ConcurrentHashMap<>();

    Pauses(Bus bus) {
        this.bus = bus;
    }

    /** Whether it is known which devices of a workspace are paused. */
    boolean known(UUID workspaceId) {
        return paused.containsKey(bus.partition(workspaceId));
    }

    boolean paused(UUID workspaceId, UUID deviceId) {
        return paused.getOrDefault(bus.partition(workspaceId), Set.of()).contains(deviceId);
    }

    /** Pauses a device's commands or resumes them; once more is no change. */
    void set(UUID workspaceId, UUID deviceId, boolean on) {
        var partition = bus.partition(workspaceId);
        var _ =
                SafetySwitch.joined(
                        bus.call(
                                on ? PAUSE : RESUME,
                                List.of(key(partition)),
                                List.of(deviceId.toString())));
        load(partition);
        bus.announce(CHANNEL, Integer.toString(partition));
    }

    /** Reads what is paused. */
    void load() {
        for (int partition = 0; partition < bus.partitions(); partition++) {
            load(partition);
        }
    }

    /** Reads what is paused in a partition. */
    void load(int partition) {
        var reply = SafetySwitch.joined(bus.call(ALL, List.of(key(partition)), List.of()));
        var ids = new HashSet<UUID>();
        reply.values().forEach(id -> ids.add(UUID.fromString(String.valueOf(id))));
        paused.put(partition, Set.copyOf(ids));
    }

    static String key(int partition) {
        return Stream.key(partition, "paused");
    }
}
