package io.streamwire.standalone;

import io.streamwire.broker.Authenticator;
import io.streamwire.devices.Devices;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks the devices service in the same process about tokens. The broker starts first, so until the
 * service is there boards are told to come back later.
 */
final class LateAuthenticator implements Authenticator {

    private volatile @Nullable Devices devices;

    void ask(Devices started) {
        devices = started;
    }

    @Override
    public Optional<DeviceIdentity> authenticate(Credentials credentials) {
        Devices started = devices;
        if (started == null) {
            throw new IllegalStateException("the devices service is not there yet");
        }
        return started.authenticate(credentials.clientId(), credentials.password())
                .map(session ->
                        new DeviceIdentity(
                                session.workspaceId(),
                                session.deviceId(),
                                session.children(),
                                session.role()));
    }
}
