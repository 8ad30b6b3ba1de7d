package io.streamwire.devices;

import io.streamwire.devices.Devices.Broker;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * Ends the MQTT sessions of devices whose access has changed, on every broker. A board that has
 * another valid token comes back by itself.
 */
final class Sessions {

    private static final Logger LOG = System.getLogger(Sessions.class.getName());

    /** A login that was under way when its token went is a session by then. */
    private static final Duration LOGIN = Duration.ofMillis(400);

    private static final Duration RETRY = Duration.ofMillis(250);
    private static final int MOST_TRIES = 240;

    private final List<? extends Broker> brokers;

    Sessions(List<? extends Broker> brokers) {
        this.brokers = List.copyOf(brokers);
    }

    /** Begins to end a device's session; a broker that does not answer is asked for a minute. */
    void end(UUID deviceId) {
        for (var broker : brokers) {
            var _ =
                    Thread.ofVirtual()
                            .name("end-session-" + deviceId)
                            .start(() -> end(broker, deviceId));
        }
    }

    private static void end(Broker broker, UUID deviceId) {
        try {
            for (int tries = 0; tries < MOST_TRIES; tries++) {
                try {
                    if (!broker.endSession(deviceId)) {
                        Thread.sleep(LOGIN);
                        var _ = broker.endSession(deviceId);
                    }
                    LOG.log(Level.INFO, "device={0} session=ended", deviceId);
                    return;
                } catch (RuntimeException e) {
                    if (tries == 0) {
                        LOG.log(
                                Level.WARNING,
                                "device={0} session=ends_later reason={1}",
                                deviceId,
                                e.getMessage());
                    }
                    Thread.sleep(RETRY);
                }
            }
            LOG.log(Level.ERROR, "device={0} session=unknown broker=unreachable", deviceId);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
