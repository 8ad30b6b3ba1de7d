package io.streamwire.devices;

import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.DeviceConfig;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A board that belongs to a workspace.
 *
 * @param board what it is: esp32, uno, mega, bridge, ...
 * @param parentId the bridge that it hangs on
 * @param hardwareUuid its own name in its bridge's describe
 * @param capabilities its last up/describe
 * @param envelope hash of the safety envelope that the hub made of them
 * @param configVersion version of down/config, 0 = never written
 * @param tags what people filter by, sorted
 * @param limits the owner's own, tighter than the board's, by command
 * @param version grows with each change by a person: the ETag
 * @param offlineHoldMs how long a command waits for the board while it is offline, 0 to 60,000
 * @param archivedAt since when it is out of use; null while it is in use
 */
record Device(
        UUID id,
        UUID workspaceId,
        String name,
        String board,
        @Nullable UUID parentId,
        @Nullable String hardwareUuid,
        @Nullable Capabilities capabilities,
        @Nullable String envelope,
        long configVersion,
        List<String> tags,
        Map<String, DeviceConfig.Limits> limits,
        long version,
        Instant createdAt,
        Instant updatedAt,
        long offlineHoldMs,
        @Nullable Instant archivedAt) {

    Device {
        tags = List.copyOf(tags);
        limits = Map.copyOf(limits);
    }

    /** A device that was just made. */
    static Device fresh(
            UUID id,
            UUID workspaceId,
            String name,
            String board,
            @Nullable UUID parentId,
            @Nullable String hardwareUuid,
            Instant now) {
        return new Device(
                id,
                workspaceId,
                name,
                board,
                parentId,
                hardwareUuid,
                null,
                null,
                0,
                List.of(),
                Map.of(),
                1,
                now,
                now,
                0,
                null);
    }

    /** Longest {@link #offlineHoldMs}: no command lives longer. */
    static final long LONGEST_HOLD_MS = 60_000;

    boolean archived() {
        return archivedAt != null;
    }

    /** The board type of a bridge, which may have children. */
    static final String BRIDGE = "bridge";

    /** Boards with 2 to 8 KiB of memory remember only the last 8 command ids. */
    private static final java.util.Set<String> SMALL = java.util.Set.of("uno", "nano", "mega");

    /** Fewer unacknowledged commands than the board's ring of ids holds. */
    int window() {
        return window(board);
    }

    static int window(String board) {
        return SMALL.contains(board) ? 4 : 16;
    }
}
