package io.streamwire.contract.mqtt;

import java.util.Locale;
import java.util.Set;
import java.util.UUID;

/** What kind of client a token lets into the broker. */
public enum ClientRole {
    DEVICE,
    HOME_ASSISTANT;

    /**
     * Which topics such a client may reach.
     *
     * @param clientId of a device its own id
     * @param children the boards of a bridge
     */
    public Access access(UUID workspaceId, UUID clientId, Set<UUID> children) {
        return switch (this) {
            case DEVICE -> new Access.Device(workspaceId, clientId, children);
            case HOME_ASSISTANT -> new Access.HomeAssistant(workspaceId);
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
