package io.streamwire.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A bridge whose thread hangs, in a driver that does not come back. */
@ExtendWith(SharedBroker.class)
class HungBridgeTest {

    private static final int FULL = 100;

    private final List<Integer> levels = new CopyOnWriteArrayList<>();
    private final CountDownLatch letGo = new CountDownLatch(1);

    @Test
    void itsEndSwitchesPinsOffAllTheSame() {
        var rig = new Rig();
        var lamp = new BridgeSettings.Pin("lamp", 17, false, false, 60_000, 0, 100, null);
        var bridge =
                Bridge.start(
                        new BridgeSettings(
                                rig.hub(),
                                0,
                                BridgeSettings.Serial.only(List.of()),
                                List.of(lamp),
                                List.of()),
                        new Bridge.Machine(List.of(), HangingPins::new),
                        () -> {});
        try {
            var device = rig.adoptAll(1).getFirst();
            rig.arm();
            Await.until(
                    "on",
                    () -> {
                        var id = rig.command(device, "lamp", Map.of("ms", 50_000L));
                        Await.until("an answer", () -> isOn() || rig.isFinal(id));
                        return isOn();
                    });

            bridge.close();

            assertThat(levels).endsWith(0);
        } finally {
            letGo.countDown();
            bridge.close();
            rig.close();
        }
    }

    private boolean isOn() {
        return levels.contains(FULL);
    }

    /** Whoever switches on waits. */
    private final class HangingPins implements PinDriver {

        @Override
        public Output output(BridgeSettings.Pin pin) {
            return level -> {
                levels.add(level);
                if (level > 0) {
                    hang();
                }
            };
        }

        private void hang() {
            try {
                letGo.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {}
    }
}
