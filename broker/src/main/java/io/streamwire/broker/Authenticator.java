package io.streamwire.broker;

import io.streamwire.contract.mqtt.ClientRole;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

    /** Changes what is remembered of a bridge: other boards hang on it now. */
    default void setChildren(UUID bridge, Set<UUID> children) {}

    /**
     * Asks an instance of the devices service: {@code POST /internal/mqtt/authenticate} with {@code
     * X-Service-Secret} and {@code {client_id, username, password}}, answered by {@code {allow,
     * workspace_id, device_id, children, role}}.
     */
    static Authenticator http(List<URI> devicesUrls, String serviceSecret, Memory memory) {
        return new HttpAuthenticator(devicesUrls, serviceSecret, memory, System::nanoTime);
    }

    /**
     * How long a yes is remembered; a no never is.
     *
     * @param cache so long nobody is asked again
     * @param grace so long it counts while nobody answers
     */
    record Memory(Duration cache, Duration grace) {

        public static final Memory STANDARD =
                new Memory(Duration.ofSeconds(10), Duration.ofMinutes(10));

        public Memory {
            if (cache.isNegative() || grace.isNegative()) {
                throw new IllegalArgumentException(
                        "must not be negative: cache " + cache + ", grace " + grace);
            }
        }
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

    /**
     * Whose token it is, and in which workspace.
     *
     * @param deviceId of the device, or of another client what it is named by: its client id
     * @param children the boards that hang on it, when it is a bridge
     */
    record DeviceIdentity(UUID workspaceId, UUID deviceId, Set<UUID> children, ClientRole role) {

        public DeviceIdentity {
            children = Set.copyOf(children);
        }

        public DeviceIdentity(UUID workspaceId, UUID deviceId, Set<UUID> children) {
            this(workspaceId, deviceId, children, ClientRole.DEVICE);
        }

        public DeviceIdentity(UUID workspaceId, UUID deviceId) {
            this(workspaceId, deviceId, Set.of());
        }
    }
}
