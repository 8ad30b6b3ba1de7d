package io.streamwire.contract;

import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * The streams of the bus. Each exists once per partition, all keys of a partition share one hash
 * tag, and all of a workspace lies in one partition.
 */
public enum Stream {
    /** {@link LiveEvent}, written by ingest, and by rules what calls them. */
    EVENTS,
    /** {@link Decision}, written by rules. */
    DECISIONS,
    /** {@link Action}, written by rules. */
    ACTIONS,
    /** {@link DeviceEvent}, written by devices. */
    DEVICE;

    private final String suffix = name().toLowerCase(Locale.ROOT);

    /** The consumer groups that must have acknowledged an entry before it may be trimmed. */
    public List<String> requiredGroups() {
        return switch (this) {
            case EVENTS -> List.of("rules", "ingest-log", "rules-analytics");
            case DECISIONS -> List.of("rules-log", "rules-analytics");
            case ACTIONS -> List.of("devices");
            case DEVICE -> List.of("devices-log");
        };
    }

    /**
     * The consumer groups that are waited for, too, but not for ever: only while the stream is less
     * than half full.
     */
    public List<String> awaitedGroups() {
        return switch (this) {
            case ACTIONS -> List.of("rules-webhooks");
            case EVENTS, DECISIONS, DEVICE -> List.of();
        };
    }

    /** The Redis key, {@code sw:{p}:events} and so on. */
    public String key(int partition) {
        return Stream.key(partition, suffix);
    }

    /** A Redis key that lives with a partition, {@code sw:{p}:name}. */
    public static String key(int partition, String name) {
        return "sw:{" + partition + "}:" + name;
    }

    /** The partition of a workspace, 0 to partitions - 1. */
    public static int partition(UUID workspaceId, int partitions) {
        return Math.floorMod(workspaceId.hashCode(), partitions);
    }
}
