package io.streamwire.broker;

import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which boards hang on which bridge, as the devices service said last. Read with each message of a
 * bridge, so that a change takes effect at once on a live connection. Thread-safe.
 */
final class Children {

    /** Of one bridge, most. */
    static final int MOST = 512;

    /** Only of bridges that have some; a bridge that is away keeps its entry. */
    private final Map<UUID, Set<UUID>> ofBridges = new ConcurrentHashMap<>();

    /** Counts the changes, so that an answer from before one is not taken for a later one. */
    private volatile long version;

    Set<UUID> of(UUID bridge) {
        return ofBridges.getOrDefault(bridge, Set.of());
    }

    long version() {
        return version;
    }

    /** Takes in a change of any access; what it was before is returned. */
    synchronized Set<UUID> changed(UUID bridge, Set<UUID> children) {
        version++;
        return set(bridge, children);
    }

    /** Access has changed otherwise: a token was revoked. */
    synchronized void changed() {
        version++;
    }

    /** Takes in what was answered; false when there was a change since the question. */
    synchronized boolean answered(UUID bridge, Set<UUID> children, long asked) {
        if (asked != version) {
            return false;
        }
        var _ = set(bridge, children);
        return true;
    }

    private Set<UUID> set(UUID bridge, Set<UUID> children) {
        var before =
                children.isEmpty() ? ofBridges.remove(bridge) : ofBridges.put(bridge, children);
        return before == null ? Set.of() : before;
    }
}
