package io.streamwire.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.mqtt.Ack;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** One board says what no board should; the one beside it goes on. */
@ExtendWith(SharedBroker.class)
class HostileBoardTest {

    private static final String UUID_OF_IT = "01980000-0000-7000-8000-000000000001";
    private static final Map<String, Long> SHORT = Map.of("ms", 60L);

    private final Rig rig = new Rig();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final BoardProcess good;

    HostileBoardTest(@TempDir Path directory) {
        BoardProcess.build();
        good = BoardProcess.host(directory, "uno");
    }

    @AfterEach
    void unplug() {
        good.close();
        rig.close();
    }

    @Test
    void aBoardWhoseCommandsFitIntoNoLineIsNobodys() {
        var wide = new ArrayList<>(ScriptedBoard.relay(UUID_OF_IT));
        for (int arg = 1; arg < 5; arg++) {
            wide.add("arg 0 %d a%d -2147483648 2147483647 -".formatted(arg, arg));
        }
        try (var board = new ScriptedBoard(wide);
                var bridge = start(board)) {
            Await.until("read", () -> board.count("CAPS") >= wide.size());

            var device = rig.adoptAll(1).getFirst();

            rig.arm();
            rig.moveOnce(device, "relay_pulse", SHORT);
            Await.until("alone", () -> rig.unknown().isEmpty());
            assertThat(bridge.connected()).isTrue();
        }
        assertThat(ended.getCount()).isOne();
    }

    @Test
    void aWordThatIsNoCodeRefusesAndNothingElse() {
        try (var board = new ScriptedBoard(ScriptedBoard.relay(UUID_OF_IT));
                var bridge = start(board)) {
            board.answer(command ->
                    command.startsWith("DO ")
                            ? ""
                            : command.startsWith("DID ") ? "OK refused 99999999999" : null);
            var hostile = of(rig.adoptAll(2), board);
            rig.arm();
            Await.until("armed", () -> board.count("ARM") > 0);

            var id = rig.command(hostile, "relay_pulse", SHORT, 5_000);

            assertThat(rig.awaitEnd(id).st()).isEqualTo(Ack.Status.REJECTED);
            rig.moveOnce(other(hostile), "relay_pulse", SHORT);
            assertThat(bridge.connected()).isTrue();
        }
        assertThat(ended.getCount()).isOne();
    }

    private List<UUID> devices = List.of();

    private UUID of(List<UUID> adopted, ScriptedBoard board) {
        devices = adopted; // in the order of the ports
        return board.port().compareTo(good.port()) < 0 ? adopted.getFirst() : adopted.getLast();
    }

    private UUID other(UUID device) {
        return devices.getFirst().equals(device) ? devices.getLast() : devices.getFirst();
    }

    private Bridge start(ScriptedBoard board) {
        return Bridge.start(rig.settings(List.of(good.port(), board.port())), ended::countDown);
    }
}
