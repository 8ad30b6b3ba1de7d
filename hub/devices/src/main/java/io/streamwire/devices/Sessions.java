package io.streamwire.devices;

import io.streamwire.devices.Devices.Broker;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;

/**
 * Tells every broker whose access has changed: ends the MQTT sessions of devices, and says which
 * boards hang on a bridge. A board that has another valid token comes back by itself.
 */
final class Sessions implements AutoCloseable {

    /** A last will comes after its session has ended. */
    private static final Duration LAST_WILL = Duration.ofMillis(400);

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final List<Told> brokers;
    private final BiFunction<UUID, UUID, Set<UUID>> children;

    /** A broker, and the lock that lets it hear of one change of bridges after the other. */
    private record Told(Broker broker, ReentrantLock lock, Errands errands) {

        static Told of(Broker broker) {
            return new Told(
                    broker, new ReentrantLock(), new Errands(SHORTEST_PAUSE, LONGEST_PAUSE));
        }
    }

    /**
     * @param children of a workspace and a bridge, as they are now
     */
    Sessions(List<? extends Broker> brokers, BiFunction<UUID, UUID, Set<UUID>> children) {
        this.brokers = brokers.stream().map(Told::of).toList();
        this.children = children;
    }

    /** A board was hung on a bridge or taken off it. */
    void bridgeChanged(UUID workspaceId, UUID bridge) {
        for (var told : brokers) {
            told.errands().begin("bridge", bridge, () -> tell(told, workspaceId, bridge));
        }
    }

    private void tell(Told told, UUID workspaceId, UUID bridge) {
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

    /** Begins to end a device's session; a broker that does not answer is asked again. */
    void end(UUID deviceId) {
        for (var told : brokers) {
            told.errands().begin("end-session", deviceId, () -> end(told.broker(), deviceId));
        }
    }

    /** Ends a deleted device's session, and lets every broker forget what it has said. */
    void erase(UUID workspaceId, UUID deviceId) {
        for (var told : brokers) {
            told.errands()
                    .begin("erase", deviceId, () -> erase(told.broker(), workspaceId, deviceId));
        }
    }

    private static void erase(Broker broker, UUID workspaceId, UUID deviceId) {
        end(broker, deviceId);
        LockSupport.parkNanos(LAST_WILL.toNanos());
        // What a client no longer speaks for is cleared, and a device speaks for itself.
        broker.setChildren(workspaceId, deviceId, Set.of(deviceId));
        broker.setChildren(workspaceId, deviceId, Set.of());
    }

    private static void end(Broker broker, UUID deviceId) {
        var _ = broker.endSession(deviceId);
    }

    /** Tries no longer to tell brokers that do not answer. */
    @Override
    public void close() {
        brokers.forEach(told -> told.errands().close());
    }
}
