package io.streamwire.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.mqtt.Ack;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A driver that throws on the bridge's thread, while a board on a cable is on. */
@ExtendWith(SharedBroker.class)
class FailingPinsTest {

    private static final String LAMP = "lamp";

    @Test
    void aDefectSwitchesBoardsOffAndEndsTheProgram(@TempDir Path directory) {
        BoardProcess.build();
        var rig = new Rig();
        var ended = new CountDownLatch(1);
        var ports = List.of(directory.resolve("uno").toString());
        var lamp = new BridgeSettings.Pin(LAMP, 17, false, false, 60_000, 0, 100, null);
        try (var board = BoardProcess.host(directory, "uno");
                var _ =
                        Bridge.start(
                                new BridgeSettings(
                                        rig.hub(),
                                        0,
                                        BridgeSettings.Serial.only(ports),
                                        List.of(lamp),
                                        List.of()),
                                new Bridge.Machine(
                                        List.of(new FixedPorts(ports)), FailingPins::new),
                                ended::countDown)) {
            var devices = rig.adoptAll(2); // by their ports: the board, then the pins
            rig.arm();
            rig.moveOnce(devices.getFirst(), "relay_pulse", Map.of("ms", 60L));
            var on = rig.command(devices.getFirst(), "relay_pulse", Map.of("ms", 5_000L));
            Await.until(
                    "on", () -> board.isOn(BridgeTest.RELAY) && rig.has(on, Ack.Status.STARTED));
            var begin = System.nanoTime();

            var _ = rig.command(devices.getLast(), LAMP, Map.of("ms", 60L));

            Await.until("the end", () -> ended.getCount() == 0);
            Await.until("off", () -> !board.isOn(BridgeTest.RELAY));
            assertThat(board.lastChangeUs(BridgeTest.RELAY) - begin / 1_000)
                    .isLessThan(BridgeTest.BEFORE_SILENCE_US);
        } finally {
            rig.close();
        }
    }

    /** Whoever switches on is disappointed. */
    private static final class FailingPins implements PinDriver {

        @Override
        public Output output(BridgeSettings.Pin pin) {
            return level -> {
                if (level > 0) {
                    throw new IllegalStateException("of a test");
                }
            };
        }

        @Override
        public void close() {}
    }
}
