package io.streamwire.boards;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import io.streamwire.contract.mqtt.Ack.Status;
import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.BoardState.Phase;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.CommandMessage;
import io.streamwire.contract.mqtt.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example for learning, compiled for this machine, on a real broker. */
class Esp32MinimalTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir private Path directory;

    @Test
    void movesOnceWhenArmedAndStopsWhenTold() throws IOException {
        try (var hub = new Hub(directory.resolve("broker"))) {
            var token = hub.newDevice();
            var settings =
                    Map.of(
                            "STREAMWIRE_PORT",
                            "" + hub.port(),
                            "STREAMWIRE_DEVICE",
                            hub.device().toString(),
                            "STREAMWIRE_TOKEN",
                            token,
                            "STREAMWIRE_ROOT",
                            Topics.root(Hub.WORKSPACE, hub.device()));
            try (var board = BoardProcess.esp32Minimal(directory, settings)) {
                moves(hub, board);
            }
        }
    }

    private static void moves(Hub hub, BoardProcess board) {
        var boot = hub.await("state", BoardState.class, said -> said.s() == Phase.READY).boot();
        var capabilities = hub.await("describe", Capabilities.class, _ -> true);
        assertThat(capabilities.limits()).isEqualTo(Capabilities.LimitsBy.BOARD);
        var epoch = Hub.now();
        var unarmed = hub.send("light_on", Map.of(), epoch, boot);
        assertThat(hub.ack(unarmed, Status.REJECTED).why()).isEqualTo("not_armed");

        hub.arm(epoch);
        var now = Hub.now();
        var command =
                new CommandMessage(
                        Ids.next(), "light_on", Map.of(), now, now + 2_000, epoch, boot, null);
        hub.send(command);
        hub.send(command);

        hub.ack(command.id(), Status.DUPLICATE);
        hub.ack(command.id(), Status.DONE);
        var on = board.await("PIN 2 1", SOON);
        var off = board.await(event -> isOffAfter(event, on), SOON);
        assertThat(off.boardMicros() - on.boardMicros()).isBetween(480_000L, 1_500_000L);
        assertThat(board.count("PIN 2 1")).isEqualTo(1);

        var second = hub.send("light_on", Map.of(), epoch, boot);
        hub.ack(second, Status.STARTED);
        hub.stop(epoch + 1);
        assertThat(hub.ack(second, Status.ABORTED).why()).isEqualTo("stopped");
        hub.arm(epoch);
        var after = hub.send("light_on", Map.of(), epoch + 1, boot);
        assertThat(hub.ack(after, Status.REJECTED).why()).isEqualTo("not_armed");
        assertThat(board.count("PIN 2 0")).isEqualTo(2);
    }

    private static boolean isOffAfter(BoardProcess.Event event, BoardProcess.Event on) {
        return event.what().equals("PIN 2 0") && event.boardMicros() > on.boardMicros();
    }
}
