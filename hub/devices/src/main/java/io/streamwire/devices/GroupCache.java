package io.streamwire.devices;

import io.streamwire.devices.GroupStore.Change;
import io.streamwire.devices.GroupStore.Group;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which devices every group has, in memory: a stop of a group does not wait for PostgreSQL. Filled
 * at the start, then by reading what changed. Thread-safe.
 */
final class GroupCache {

    /** Read again each time: a change becomes visible when it is committed, later than its time. */
    private static final Duration OVERLAP = Duration.ofSeconds(15);

    private final GroupStore store;
    private final Map<UUID, Change> groups = new ConcurrentHashMap<>();
    private Instant readUpTo = Instant.EPOCH; // guarded by this

    GroupCache(GroupStore store) {
        this.store = store;
    }

    /** Reads what changed since the last time; everything at first. */
    synchronized void refresh() {
        var since = readUpTo.equals(Instant.EPOCH) ? readUpTo : readUpTo.minus(OVERLAP);
        for (var change : store.changed(since)) {
            put(change);
            if (change.updatedAt().isAfter(readUpTo)) {
                readUpTo = change.updatedAt();
            }
        }
    }

    /** Takes in a group that was just written. */
    void put(Group group) {
        put(
                new Change(
                        group.id(),
                        group.workspaceId(),
                        Set.copyOf(group.deviceIds()),
                        group.updatedAt(),
                        false));
    }

    private void put(Change change) {
        var _ =
                groups.compute(
                        change.id(),
                        (_, known) -> {
                            if (known != null && known.updatedAt().isAfter(change.updatedAt())) {
                                return known;
                            }
                            return change.deleted() ? null : change;
                        });
    }

    /** A group was deleted. */
    void remove(UUID id) {
        groups.remove(id);
    }

    /** The devices of a group, also those that are no more; empty when there is no such group. */
    Optional<Set<UUID>> devices(UUID workspaceId, UUID id) {
        return Optional.ofNullable(groups.get(id))
                .filter(group -> group.workspaceId().equals(workspaceId))
                .map(Change::deviceIds);
    }
}
