package io.streamwire.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.CommandState;
import io.streamwire.liveroom.LiveRoom;
import io.streamwire.liveroom.Sent;
import io.streamwire.liveroom.Show;
import io.streamwire.service.Configuration;
import io.streamwire.virtualboard.PinRecorder;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hub's process is killed in the middle of a show and started again. */
@Tag("alone")
class KillTest {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @Test
    void nothingAcceptedIsLostAndNothingRunsTwiceWhenTheProcessIsKilled(@TempDir Path directory)
            throws Exception {
        try (var liveRoom = LiveRoom.start(0);
                var hub = new Hub(directory.resolve("data"), liveRoom)) {
            var url = hub.awaitReady();
            var recorder = new PinRecorder();
            try (var streamer =
                    Streamer.enter(
                            url,
                            hub.mqttUrl(),
                            liveRoom,
                            "killed",
                            Duration.ofMillis(20),
                            recorder)) {
                var room = streamer.room();
                var show =
                        Show.seeded(11)
                                .pace(100, 2)
                                .matching(0.2, 0.3, Streamer.SPIN)
                                .lasting(Duration.ofMinutes(2));
                try (var _ = room.play(show)) {
                    Wait.until(
                            PATIENCE, "the show runs", () -> recorder.totals().switchedOn() > 40);

                    var connects = room.connects();
                    hub.killAndRestart();
                    var pins = recorder.totals().switchedOn();

                    Wait.until(
                            PATIENCE,
                            "the livestream is read again",
                            () -> room.connects() > connects);
                    Wait.until(
                            PATIENCE,
                            "pins move again without a human",
                            () -> recorder.totals().switchedOn() > pins + 40);
                }
                try (var ledger = hub.ledger()) {
                    Wait.until(
                            PATIENCE,
                            "everything that was accepted is written down",
                            () -> missing(streamer, ledger).isEmpty());
                    // What was accepted last becomes a command, and a row, a moment later.
                    var _ = Wait.happens(PATIENCE, () -> everyMatchHasACommand(streamer, ledger));
                    Wait.until(
                            PATIENCE,
                            "every command is final",
                            () -> ledger.pending(streamer.workspaceId()) == 0);

                    assertThat(ledger.eventIds(streamer.livestreamId())).doesNotHaveDuplicates();
                    assertEveryMatchHasACommand(streamer, ledger);
                    assertThat(recorder.violations()).isEmpty();
                    assertThat(recorder.totals().switchedOn())
                            .as("pins on; what became of the commands: %s", fates(streamer, ledger))
                            .isGreaterThan(80);
                }
            }
        }
    }

    /** Messages that the hub acknowledged to TikTok's side and did not write down. */
    private static List<Sent> missing(Streamer streamer, Ledger ledger) throws Exception {
        var known = new HashSet<>(ledger.eventIds(streamer.livestreamId()));
        return accepted(streamer).stream()
                .filter(sent -> !known.contains(Streamer.eventOf(sent)))
                .toList();
    }

    private static List<Sent> accepted(Streamer streamer) {
        return streamer.room().sent().stream()
                .filter(sent -> !sent.type().equals("other"))
                .filter(streamer.room()::acknowledged)
                .toList();
    }

    /** How many commands came to which end, for which reason. */
    private static Map<String, Long> fates(Streamer streamer, Ledger ledger) throws Exception {
        return ledger.commands(streamer.workspaceId()).stream()
                .collect(
                        Collectors.groupingBy(
                                command -> command.state() + " " + command.reason(),
                                Collectors.counting()));
    }

    private static boolean everyMatchHasACommand(Streamer streamer, Ledger ledger)
            throws Exception {
        var known = new HashSet<>();
        ledger.commands(streamer.workspaceId()).forEach(command -> known.add(command.id()));
        return accepted(streamer).stream()
                .filter(Sent::matches)
                .allMatch(sent -> known.contains(streamer.commandOf(sent)));
    }

    private static void assertEveryMatchHasACommand(Streamer streamer, Ledger ledger)
            throws Exception {
        var states =
                ledger.commands(streamer.workspaceId()).stream()
                        .collect(Collectors.toMap(Ledger.Command::id, Ledger.Command::state));
        assertThat(accepted(streamer))
                .filteredOn(Sent::matches)
                .isNotEmpty()
                .allSatisfy(sent ->
                        assertThat(states.get(streamer.commandOf(sent)))
                                .matches(state -> state != null && state.isFinal()));
        assertThat(states).containsValue(CommandState.DONE);
    }

    /** {@code ./streamwire up} on ports that stay the same over its restarts. */
    private static final class Hub implements AutoCloseable {

        private final Path directory;
        private final Map<String, String> environment = new HashMap<>();
        private HubProcess process;

        Hub(Path directory, LiveRoom liveRoom) throws IOException {
            this.directory = directory;
            var settings = new HashMap<>(liveRoom.settings());
            for (var port : List.of("gateway.port", "broker.port", "embedded.postgres-port")) {
                settings.put(port, Integer.toString(freePort()));
            }
            settings.forEach(
                    (key, value) -> environment.put(Configuration.environmentName(key), value));
            this.process = HubProcess.start(directory, environment);
        }

        private static int freePort() throws IOException {
            try (var socket = new ServerSocket(0)) {
                return socket.getLocalPort();
            }
        }

        URI awaitReady() throws IOException, InterruptedException {
            return process.awaitReady();
        }

        void killAndRestart() throws IOException, InterruptedException {
            process.kill();
            process.close();
            process = HubProcess.start(directory, environment);
            process.awaitReady();
        }

        URI mqttUrl() {
            return URI.create("tcp://127.0.0.1:" + environment.get("BROKER_PORT"));
        }

        Ledger ledger() throws Exception {
            var port = environment.get("EMBEDDED_POSTGRES_PORT");
            var secret = directory.resolve("secrets").resolve("postgres");
            return new Ledger(
                    database -> "jdbc:postgresql://127.0.0.1:%s/%s".formatted(port, database),
                    "streamwire",
                    Files.readString(secret).strip());
        }

        @Override
        public void close() throws IOException {
            process.close();
        }
    }
}
