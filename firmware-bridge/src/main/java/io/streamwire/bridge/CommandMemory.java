package io.streamwire.bridge;

import io.streamwire.contract.mqtt.Ack;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The last 64 commands of a board and what became of them, so that none runs twice. Forgotten with
 * the board's session. Confined to the bridge's thread.
 */
final class CommandMemory {

    static final int SIZE = 64;

    private final Map<UUID, Ack.Status> last =
            new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<UUID, Ack.Status> eldest) {
                    return size() > SIZE;
                }
            };

    Optional<Ack.Status> of(UUID command) {
        return Optional.ofNullable(last.get(command));
    }

    void remember(UUID command, Ack.Status status) {
        last.put(command, status);
    }

    void forget() {
        last.clear();
    }
}
