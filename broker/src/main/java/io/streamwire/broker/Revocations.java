package io.streamwire.broker;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Counts the revocations of access, so that a login whose token was asked about before one is not
 * taken for a later one. Guarded by its own lock.
 */
final class Revocations {

    /** Most devices that are remembered; of others it is supposed that theirs was just now. */
    private static final int MOST = 10_000;

    private long count;

    /** Up to here, no longer known of which device. */
    private long forgotten;

    /** The device's last one, by its number; the oldest first. */
    private final Map<UUID, Long> last =
            new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<UUID, Long> eldest) {
                    if (size() <= MOST) {
                        return false;
                    }
                    forgotten = eldest.getValue();
                    return true;
                }
            };

    /** Where the count is. */
    synchronized long now() {
        return count;
    }

    synchronized void revoked(UUID deviceId) {
        count++;
        var _ = last.remove(deviceId); // it becomes the newest
        var _ = last.put(deviceId, count);
    }

    /** Whether a device's access may have been revoked since the count was there. */
    synchronized boolean since(UUID deviceId, long then) {
        return then < forgotten || last.getOrDefault(deviceId, 0L) > then;
    }
}
