package io.streamwire.virtualboard;

import io.streamwire.contract.mqtt.Ack;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The last commands and what became of them, so that none runs twice. It dies with a reboot.
 * Confined to the board's thread.
 */
final class CommandRing {

    /** How many commands a board remembers. */
    static final int SIZE = 64;

    private final Map<UUID, Ack.Status> last =
            new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<UUID, Ack.Status> eldest) {
                    return size() > SIZE;
                }
            };

    Optional<Ack.Status> status(UUID commandId) {
        return Optional.ofNullable(last.get(commandId));
    }

    /** Remembers a new command, or how far a remembered one came. */
    void put(UUID commandId, Ack.Status status) {
        last.put(commandId, status);
    }
}
