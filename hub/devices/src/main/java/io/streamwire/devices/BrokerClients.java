package io.streamwire.devices;

import io.streamwire.contract.mqtt.Access;
import io.streamwire.contract.mqtt.ClientRole;
import io.streamwire.devices.Devices.AgentSession;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Who the clients of the broker are: boards, and Home Assistants. */
final class BrokerClients {

    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private final AtomicLong lookedAt = new AtomicLong(System.nanoTime() - LOOK_AGAIN.toNanos());
    private final DeviceCache devices;
    private final HomeAssistantAccess homeAssistant;

    BrokerClients(DeviceCache devices, HomeAssistantAccess homeAssistant) {
        this.devices = devices;
        this.homeAssistant = homeAssistant;
    }

    /**
     * Whose token a client shows, also one that another instance has made a moment ago: whoever is
     * not known is looked for in PostgreSQL, but only so often.
     */
    Optional<AgentSession> authenticateAlsoNew(String clientId, String password) {
        var session = authenticate(clientId, password);
        var last = lookedAt.get();
        var now = System.nanoTime();
        if (session.isPresent()
                || now - last < LOOK_AGAIN.toNanos()
                || !lookedAt.compareAndSet(last, now)) {
            return session;
        }
        devices.refresh();
        homeAssistant.refresh();
        return authenticate(clientId, password);
    }

    /** Whose token a client shows; empty when it is nobody's. Never waits for PostgreSQL. */
    Optional<AgentSession> authenticate(String clientId, String password) {
        return devices.authenticate(clientId, password)
                .map(device ->
                        new AgentSession(
                                device.workspaceId(), device.id(), devices.childrenOf(device)))
                .or(() ->
                        homeAssistant
                                .authenticate(clientId, password)
                                .map(token ->
                                        new AgentSession(
                                                token.workspaceId(),
                                                token.id(),
                                                Set.of(),
                                                ClientRole.HOME_ASSISTANT)));
    }

    /** What a client may do that was let in before. */
    Optional<Access> access(String clientId) {
        UUID id;
        try {
            id = UUID.fromString(clientId);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        if (!id.toString().equals(clientId)) {
            return Optional.empty();
        }
        return devices.known(id)
                .map(DeviceCache.Known::device)
                .filter(device -> device.parentId() == null && !device.archived())
                .<Access>map(device ->
                        new Access.Device(
                                device.workspaceId(), device.id(), devices.childrenOf(device)))
                .or(() -> homeAssistant.workspace(id).map(Access.HomeAssistant::new));
    }

    /** Whether what a client may do changes while it is connected. */
    boolean changes(UUID client) {
        return devices.known(client)
                .filter(known -> known.device().board().equals(Device.BRIDGE))
                .isPresent();
    }
}
