package io.streamwire.broker;

import java.net.URI;
import java.util.Optional;
import java.util.UUID;

/**
 * Knows which device an agent token belongs to.
 *
 * <p>Called on a virtual thread, so it may block. An exception means that nobody could be asked:
 * the device is told to come back later instead of that its token is wrong.
 */
@FunctionalInterface
public interface Authenticator {

    /** The device that the token belongs to; empty when the token is unknown or revoked. */
    Optional<DeviceIdentity> authenticate(Credentials credentials);

    /** Drops whatever is remembered about a device, because its tokens changed. */
    default void forget(UUID deviceId) {}

    /**
     * Asks a devices service: {@code POST /internal/mqtt/authenticate} with {@code
     * X-Service-Secret} and {@code {client_id, username, password}}, answered by {@code {allow,
     * workspace_id, device_id}}.
     */
    static Authenticator http(URI devicesUrl, String serviceSecret) {
        return new HttpAuthenticator(devicesUrl, serviceSecret);
    }

    /**
     * What a device says about itself when it connects.
     *
     * @param password its agent token
     */
    record Credentials(String clientId, String username, String password) {

        /** Without the token. */
        @Override
        public String toString() {
            return "Credentials[clientId=" + clientId + ", username=" + username + "]";
        }
    }

    /** Which device a token belongs to, and in which workspace it is. */
    record DeviceIdentity(UUID workspaceId, UUID deviceId) {}
}
