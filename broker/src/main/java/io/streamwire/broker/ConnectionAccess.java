package io.streamwire.broker;

import com.hivemq.extension.sdk.api.client.parameter.ConnectionAttributeStore;
import com.hivemq.extension.sdk.api.parameter.ClientBasedInput;
import io.streamwire.broker.Authenticator.DeviceIdentity;
import io.streamwire.contract.mqtt.ClientRole;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Whose connection one is, kept with it: the hub's, that of a token or, not admitted, nobody's. */
final class ConnectionAccess {

    private static final String HUB = "hub";

    /** {@code hub} or {@code workspace/client/role}. */
    private static final String OWNER = "access";

    /** Where the revocations stood when the device's token was asked about. */
    private static final String ASKED = "asked";

    private ConnectionAccess() {}

    static void admitHub(ClientBasedInput client) {
        attributes(client).putAsString(OWNER, HUB);
    }

    static void admit(ClientBasedInput client, DeviceIdentity device, long asked) {
        attributes(client).putAsString(ASKED, Long.toString(asked));
        attributes(client)
                .putAsString(
                        OWNER,
                        device.workspaceId()
                                + "/"
                                + device.deviceId()
                                + "/"
                                + device.role().name());
    }

    /** It is nobody's any more. */
    static void revoke(ClientBasedInput client) {
        var _ = attributes(client).remove(OWNER);
    }

    static boolean isHub(ClientBasedInput client) {
        return owner(client).equals(HUB);
    }

    static boolean isAdmitted(ClientBasedInput client) {
        return !owner(client).isEmpty();
    }

    /** Whose it is, without its children; empty when it is the hub's or nobody's. */
    static Optional<DeviceIdentity> device(ClientBasedInput client) {
        var parts = owner(client).split("/", 3);
        if (parts.length < 3) {
            return Optional.empty();
        }
        return Optional.of(
                new DeviceIdentity(
                        UUID.fromString(parts[0]),
                        UUID.fromString(parts[1]),
                        Set.of(),
                        ClientRole.valueOf(parts[2])));
    }

    /** Where the revocations stood when the device's token was asked about. */
    static long asked(ClientBasedInput client) {
        return Long.parseLong(attributes(client).getAsString(ASKED).orElseThrow());
    }

    private static String owner(ClientBasedInput client) {
        return attributes(client).getAsString(OWNER).orElse("");
    }

    private static ConnectionAttributeStore attributes(ClientBasedInput client) {
        return client.getConnectionInformation().getConnectionAttributeStore();
    }
}
