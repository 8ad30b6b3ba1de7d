package io.streamwire.devices;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.helidon.dbclient.DbClientException;
import io.streamwire.devices.GroupStore.Change;
import io.streamwire.devices.GroupStore.Group;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Which devices every group has, in memory: a stop of a group does not wait for PostgreSQL. Filled
 * at the start, then by reading what changed; a group that is not known yet is looked up, for a
 * moment at most. Thread-safe.
 */
final class GroupCache {

    /** Read again each time: a change becomes visible when it is committed, later than its time. */
    private static final Duration OVERLAP = Duration.ofSeconds(15);

    /** How long somebody who names an unknown group waits for PostgreSQL at most. */
    private static final Duration LONGEST_LOOKUP = Duration.ofMillis(500);

    private static final int LOOKUPS_AT_ONCE = 16;

    /** How long it is not looked up again, and how many such are remembered. */
    private static final Duration MISSING_FOR = Duration.ofSeconds(2);

    private static final int MOST_MISSING = 10_000;

    private static final Logger LOG = System.getLogger(GroupCache.class.getName());

    private record Asked(UUID workspaceId, UUID id) {}

    private final GroupStore store;
    private final Semaphore lookups = new Semaphore(LOOKUPS_AT_ONCE);
    private final Cache<Asked, Boolean> missing =
            Caffeine.newBuilder().expireAfterWrite(MISSING_FOR).maximumSize(MOST_MISSING).build();
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
        if (!groups.containsKey(id)) {
            lookUp(new Asked(workspaceId, id));
        }
        return Optional.ofNullable(groups.get(id))
                .filter(group -> group.workspaceId().equals(workspaceId))
                .map(Change::deviceIds);
    }

    /** Another instance may have made it a moment ago. */
    private void lookUp(Asked asked) {
        if (missing.getIfPresent(asked) != null || !lookups.tryAcquire()) {
            return;
        }
        var lookup = Thread.ofVirtual().name("group-lookup").start(() -> read(asked));
        try {
            var _ = lookup.join(LONGEST_LOOKUP);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(Asked asked) {
        try {
            store.group(asked.workspaceId(), asked.id())
                    .ifPresentOrElse(this::put, () -> missing.put(asked, true));
        } catch (DbClientException e) {
            LOG.log(Level.DEBUG, "group={0} unknown reason={1}", asked.id(), e.getMessage());
        } finally {
            lookups.release();
        }
    }
}
