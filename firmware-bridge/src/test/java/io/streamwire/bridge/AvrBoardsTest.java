package io.streamwire.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.BoardState.Phase;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The compiled firmware of two boards, on simulated processors. */
@ExtendWith(SharedBroker.class)
class AvrBoardsTest {

    private static final int UNO_RELAY = 7;

    @Test
    void compiledFirmwareMovesItsPins(@TempDir Path directory) {
        BoardProcess.build();
        var rig = new Rig();
        try (var uno = BoardProcess.uno(directory, "1-uno", "--reset-on-open", "--boot-ms", "500");
                var mega = BoardProcess.mega(directory, "2-mega");
                var _ = rig.bridge(uno, mega)) {
            var devices = rig.adoptAll(2);
            assertThat(rig.capabilities(devices.get(0)).orElseThrow().board()).isEqualTo("uno");
            assertThat(rig.capabilities(devices.get(1)).orElseThrow().board()).isEqualTo("mega");
            rig.arm();
            rig.moveOnce(devices.get(0), "relay_pulse", Map.of("ms", 60L));
            assertThat(uno.switchedOn(UNO_RELAY)).isEqualTo(1);
            assertThat(uno.used()).containsExactly(UNO_RELAY);

            var relay = rig.capabilities(devices.get(1)).orElseThrow().commands().getFirst();
            rig.moveOnce(devices.get(1), relay.name(), Map.of("ms", 60L));
            assertThat(mega.used()).hasSize(1);

            var id = rig.command(devices.get(0), "relay_pulse", Map.of("ms", 4_000L));
            Await.until("on", () -> uno.isOn(UNO_RELAY));
            uno.tell("in " + BridgeTest.STOP_INPUT + " 1");
            Await.until("off", () -> !uno.isOn(UNO_RELAY));
            assertThat(rig.awaitEnd(id).why()).isEqualTo(Ack.STOPPED);
            Await.until("stopped", () -> rig.is(devices.get(0), Phase.STOPPED));

            uno.tell("hang");
            Await.until(
                    "the watchdog has reset it, and the stop still holds",
                    () -> uno.count("RESET") >= 2 && rig.is(devices.get(0), Phase.STOPPED));
        } finally {
            rig.close();
        }
    }
}
