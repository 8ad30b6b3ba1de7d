package io.streamwire.devices;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class SessionsTest {

    private static final UUID WORKSPACE = UUID.randomUUID();
    private static final UUID BRIDGE = UUID.randomUUID();
    private static final UUID FIRST = UUID.randomUUID();
    private static final UUID SECOND = UUID.randomUUID();

    /** A broker that keeps what it was told last; some news are late. */
    private static final class Broker implements Devices.Broker {
        private final CountDownLatch asked = new CountDownLatch(1);
        private final CountDownLatch late = new CountDownLatch(1);
        private final List<Set<UUID>> told = new CopyOnWriteArrayList<>();

        @Override
        public boolean endSession(UUID deviceId) {
            return true;
        }

        @Override
        public void setChildren(UUID workspaceId, UUID bridge, Set<UUID> now) {
            if (now.equals(Set.of(FIRST))) {
                asked.countDown();
                try {
                    late.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            told.add(now);
        }
    }

    @Test
    void twoInstancesThatAdoptAtOnceLoseNoBoard() throws InterruptedException {
        var stored = ConcurrentHashMap.<UUID>newKeySet();
        var broker = new Broker();
        var one = new Sessions(List.of(broker), (_, _) -> Set.copyOf(stored));
        var other = new Sessions(List.of(broker), (_, _) -> Set.copyOf(stored));
        stored.add(FIRST);
        one.bridgeChanged(WORKSPACE, BRIDGE);
        broker.asked.await();

        stored.add(SECOND);
        other.bridgeChanged(WORKSPACE, BRIDGE);
        Rig.await("told by the other", () -> broker.told.contains(Set.of(FIRST, SECOND)));
        broker.late.countDown();

        Rig.await("late news came", () -> broker.told.contains(Set.of(FIRST)));
        Rig.await("told again", () -> broker.told.getLast().equals(Set.of(FIRST, SECOND)));
    }
}
