package io.streamwire.devices;

import io.streamwire.devices.Devices.Broker;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;

/**
 * Tells every broker whose access has changed: ends the MQTT sessions of devices, and says which
 * boards hang on a bridge. A board that has another valid token comes back by itself.
 */
final class Sessions {

    private static final Logger LOG = System.getLogger(Sessions.class.getName());

    /** A last will comes after its session has ended. */
    private static final Duration LAST_WILL = Duration.ofMillis(400);

    private static final Duration RETRY = Duration.ofMillis(250);
    private static final int MOST_TRIES = 240;

    private final List<Told> brokers;
    private final BiFunction<UUID, UUID, Set<UUID>> children;

    /** A broker, and the lock that lets it hear of one change of bridges after the other. */
    private record Told(Broker broker, ReentrantLock lock) {}

    /**
     * @param children of a workspace and a bridge, as they are now
     */
    Sessions(List<? extends Broker> brokers, BiFunction<UUID, UUID, Set<UUID>> children) {
        this.brokers =
                brokers.stream().map(broker -> new Told(broker, new ReentrantLock())).toList();
        this.children = children;
    }

    /** A board was hung on a bridge or taken off it. */
    void bridgeChanged(UUID workspaceId, UUID bridge) {
        for (var told : brokers) {
            var _ =
                    Thread.ofVirtual()
                            .name("bridge-" + bridge)
                            .start(() -> tell(told, workspaceId, bridge));
        }
    }

    private void tell(Told told, UUID workspaceId, UUID bridge) {
        try {
            repeatedly(bridge, () -> tellOnce(told, workspaceId, bridge));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void repeatedly(UUID device, Runnable telling) throws InterruptedException {
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            try {
                telling.run();
                return;
            } catch (RuntimeException e) {
                if (tries == 0) {
                    LOG.log(
                            Level.WARNING,
                            "device={0} access=changes_later reason={1}",
                            device,
                            e.getMessage());
                }
                Thread.sleep(RETRY);
            }
        }
        LOG.log(Level.ERROR, "device={0} access=unknown broker=unreachable", device);
    }

    private void tellOnce(Told told, UUID workspaceId, UUID bridge) {
        told.lock().lock();
        try {
            // Another instance may have told of an earlier state meanwhile: look again.
            var said = Set.<UUID>of();
            var now = children.apply(workspaceId, bridge);
            do {
                told.broker().setChildren(workspaceId, bridge, now);
                said = now;
                now = children.apply(workspaceId, bridge);
            } while (!now.equals(said));
        } finally {
            told.lock().unlock();
        }
    }

    /** Begins to end a device's session; a broker that does not answer is asked for a minute. */
    void end(UUID deviceId) {
        for (var told : brokers) {
            var _ =
                    Thread.ofVirtual()
                            .name("end-session-" + deviceId)
                            .start(() -> end(told.broker(), deviceId));
        }
    }

    /** Ends a deleted device's session, and lets every broker forget what it has said. */
    void erase(UUID workspaceId, UUID deviceId) {
        for (var told : brokers) {
            var _ =
                    Thread.ofVirtual()
                            .name("erase-" + deviceId)
                            .start(() -> erase(told, workspaceId, deviceId));
        }
    }

    private void erase(Told told, UUID workspaceId, UUID deviceId) {
        end(told.broker(), deviceId);
        try {
            Thread.sleep(LAST_WILL);
            repeatedly(
                    deviceId,
                    () -> {
                        // What a client no longer speaks for is cleared, and a device speaks for
                        // itself.
                        told.broker().setChildren(workspaceId, deviceId, Set.of(deviceId));
                        told.broker().setChildren(workspaceId, deviceId, Set.of());
                    });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void end(Broker broker, UUID deviceId) {
        try {
            for (int tries = 0; tries < MOST_TRIES; tries++) {
                try {
                    var _ = broker.endSession(deviceId);
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
