package io.streamwire.gateway;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private final Map<UUID, Integer> ofOwner = new HashMap<>(); // a user, a key, a key's workspace
    private int all;
    private int ofKeys;

    LiveCounts(LiveSettings settings) {
        this.settings = settings;
    }

    /** Counts one more, until it leaves; false when it is one too many. */
    synchronized boolean enter(LiveSocket socket) {
        all++;
        owners(socket).forEach(owner -> ofOwner.merge(owner, 1, Integer::sum));
        boolean fits =
                all <= settings.sockets() && of(socket.userId()) <= settings.socketsPerUser();
        var workspace = socket.workspaceOfKey();
        if (workspace.isEmpty()) {
            return fits;
        }
        ofKeys++;
        return fits
                && of(workspace.get()) <= settings.socketsOfKeys()
                && ofKeys * 100L <= (long) SHARE_OF_KEYS * settings.sockets();
    }

    synchronized void leave(LiveSocket socket) {
        all--;
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
