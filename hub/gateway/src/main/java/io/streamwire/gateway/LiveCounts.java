package io.streamwire.gateway;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * How many live sockets there are, and of whom. API keys are as many as somebody makes, so those of
 * a workspace count together, and all of them leave a share to people. Guarded by its lock.
 */
final class LiveCounts {

    /** Of all sockets, in percent. */
    private static final int SHARE_OF_KEYS = 75;

    private final LiveSettings settings;
    private final Set<LiveSocket> counted = new HashSet<>();
    private final Map<UUID, Integer> ofOwner = new HashMap<>(); // a user, a key, a key's workspace
    private int ofKeys;

    LiveCounts(LiveSettings settings) {
        this.settings = settings;
    }

    /** Counts one more, until it leaves; one too many is not counted and takes nobody's place. */
    synchronized boolean enter(LiveSocket socket) {
        if (!fits(socket)) {
            return false;
        }
        counted.add(socket);
        owners(socket).forEach(owner -> ofOwner.merge(owner, 1, Integer::sum));
        if (socket.workspaceOfKey().isPresent()) {
            ofKeys++;
        }
        return true;
    }

    private boolean fits(LiveSocket socket) {
        if (counted.size() >= settings.sockets()
                || of(socket.userId()) >= settings.socketsPerUser()) {
            return false;
        }
        return socket.workspaceOfKey()
                .map(workspace ->
                        of(workspace) < settings.socketsOfKeys()
                                && (ofKeys + 1) * 100L <= (long) SHARE_OF_KEYS * settings.sockets())
                .orElse(true);
    }

    synchronized void leave(LiveSocket socket) {
        if (!counted.remove(socket)) {
            return;
        }
        owners(socket)
                .forEach(owner ->
                        ofOwner.computeIfPresent(
                                owner, (_, count) -> count > 1 ? count - 1 : null));
        if (socket.workspaceOfKey().isPresent()) {
            ofKeys--;
        }
    }

    private int of(UUID owner) {
        return ofOwner.getOrDefault(owner, 0);
    }

    private static List<UUID> owners(LiveSocket socket) {
        return Stream.concat(Stream.of(socket.userId()), socket.workspaceOfKey().stream()).toList();
    }
}
