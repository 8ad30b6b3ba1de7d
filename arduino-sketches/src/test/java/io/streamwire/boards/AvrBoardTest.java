package io.streamwire.boards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.boards.BoardProcess.Sketch;
import io.streamwire.contract.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The firmware as it is flashed, in the simulator. */
class AvrBoardTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final long SLACK_MICROS = 20_000;

    @TempDir private Path directory;

    @Test
    void saysWhatItCanDoAsTheGoldenVectorsDo() throws IOException {
        var file = Sketches.directory().resolve("libraries/Streamwire/extras/golden/serial.json");
        var golden = Json.read(Files.readAllBytes(file), JsonNode.class);
        var caps = new ArrayList<String>();
        golden.path("board").path("caps").forEach(line -> caps.add(line.asText()));
        try (var board = BoardProcess.simulated(Sketch.UNO_ACTUATORS, directory.resolve("uno"));
                var host = new SerialHost(board.port())) {
            assertThat(host.say("HELLO 5f3a9c01"))
                    .isEqualTo("OK 1 5f3a9c01 1 power SAFE " + caps.size());
            assertThat(host.say("UUID 01980000-0000-7000-8000-000000000001")).isEqualTo("OK");

            assertThat(IntStream.range(0, caps.size()).mapToObj(i -> host.say("CAPS " + i)))
                    .containsExactlyElementsOf(caps.stream().map(line -> "OK " + line).toList());
        }
    }

    @Test
    void movesItsPinOnceHoweverOftenItIsTold() {
        try (var board = BoardProcess.simulated(Sketch.UNO_ACTUATORS, directory.resolve("uno"));
                var host = new SerialHost(board.port())) {
            host.arm();
            for (int i = 0; i < 5; i++) {
                host.send(SerialHost.line("900 DO 0 200"));
            }

            assertThat(host.await("900 OK ")).isNotEmpty();
            host.await("OFF 900 ");
            assertThat(board.count("PIN 7 1")).isEqualTo(1);
            var on = board.await("PIN 7 1", SOON);
            var off = board.await("PIN 7 0", SOON);
            assertThat(off.boardMicros() - on.boardMicros()).isBetween(197_000L, 203_000L);
            assertThat(host.bodies())
                    .filteredOn(body -> body.startsWith("900 DUP 0 "))
                    .isNotEmpty();
        }
    }

    @Test
    void silenceSwitchesOff() {
        try (var board = BoardProcess.simulated(Sketch.UNO_ACTUATORS, directory.resolve("uno"));
                var host = new SerialHost(board.port())) {
            host.arm();
            host.say("DO 0 5000");

            host.await("CUT ");
            host.await("LINKLOST ");
            var on = board.await("PIN 7 1", SOON);
            var off = board.await("PIN 7 0", SOON);
            assertThat(off.boardMicros() - on.boardMicros())
                    .isBetween(1_500_000L - SLACK_MICROS, 1_500_000L + SLACK_MICROS);
            assertThat(host.say("DO 0 100")).isEqualTo("ERR 1");
        }
    }

    @Test
    void theStopInputSwitchesOffAndLatches() {
        try (var board = BoardProcess.simulated(Sketch.UNO_ACTUATORS, directory.resolve("uno"));
                var host = new SerialHost(board.port())) {
            host.arm();
            host.say("DO 0 5000");
            host.say("DO 3 20 5000");
            board.await(event -> event.what().startsWith("SERVO 9 "), SOON);

            board.tell("in 2 1");

            var opened = host.await("ESTOP open ");
            var off = board.await("PIN 7 0", SOON);
            board.await("SERVO 9 0", SOON);
            var saidAt = Long.parseLong(opened.substring("ESTOP open ".length())) * 1_000;
            assertThat(off.boardMicros() - saidAt).isBetween(-2_000L, 4_000L);
            assertThat(host.say("ARM 1000")).isEqualTo("ERR 9");

            board.tell("in 2 0");

            host.await("ESTOP closed ");
            assertThat(host.say("ARM 1000")).isEqualTo("ERR 3");
            assertThat(host.say("CLEAR")).startsWith("OK ");
            assertThat(host.say("ARM 1000")).startsWith("OK ");
        }
    }

    @Test
    void theWatchdogEndsAHang() {
        try (var board = BoardProcess.simulated(Sketch.UNO_ACTUATORS, directory.resolve("uno"));
                var host = new SerialHost(board.port())) {
            host.arm();
            host.say("DO 0 5000");
            board.await("PIN 7 1", SOON);

            var told = System.nanoTime() / 1_000;
            board.tell("hang");

            host.await("BOOT wdt 2");
            var reset = board.await("RESET", SOON);
            assertThat(reset.wallMicros() - told).isBetween(0L, 3_000_000L);
            board.await("PIN 7 0", SOON);
            assertThat(host.say("DO 0 100")).isEqualTo("ERR 1");
            host.arm();
            assertThat(host.say("DO 0 100")).startsWith("OK ");
        }
    }

    @Test
    void keepsItsNameItsBootsAndItsStopWithoutPower() {
        var eeprom = directory.resolve("eeprom").toString();
        try (var board =
                        BoardProcess.simulated(
                                Sketch.NANO_RELAY, directory.resolve("nano"), "--eeprom", eeprom);
                var host = new SerialHost(board.port())) {
            host.say("HELLO ab");
            assertThat(host.say("UUID 01980000-0000-7000-8000-0000000000aa")).isEqualTo("OK");
            board.tell("in 2 1");
            host.await("ESTOP open ");
        }

        try (var board =
                        BoardProcess.simulated(
                                Sketch.NANO_RELAY, directory.resolve("nano"), "--eeprom", eeprom);
                var host = new SerialHost(board.port())) {
            assertThat(host.say("HELLO ab")).startsWith("OK 1 ab 2 power STOPPED ");
            assertThat(host.say("CAPS 1"))
                    .isEqualTo("OK uuid 01980000-0000-7000-8000-0000000000aa");
        }
    }

    @Test
    void openingThePortResetsIt() {
        try (var board =
                        BoardProcess.simulated(
                                Sketch.UNO_ACTUATORS,
                                directory.resolve("uno"),
                                "--reset-on-open",
                                "--boot-ms",
                                "500");
                var host = new SerialHost(board.port())) {
            assertThat(host.say("HELLO ab")).matches("OK 1 ab [12] pin SAFE 25");
            assertThat(board.count("RESET")).isEqualTo(1);
        }
    }

    @Test
    void theMegaStepsAndTurnsItsServos() {
        try (var board = BoardProcess.simulated(Sketch.MEGA_EIGHT, directory.resolve("mega"));
                var host = new SerialHost(board.port())) {
            host.arm();
            assertThat(host.say("CAPS 0")).isEqualTo("OK fw 1.0.0 mega MegaEight");

            assertThat(host.say("DO 6 -60 400")).startsWith("OK ");
            assertThat(host.say("DO 5 180 300")).startsWith("OK ");
            assertThat(host.say("DO 0 100")).startsWith("OK ");

            host.await("OFF ");
            board.await("SERVO 12 2400", SOON);
            board.await("SERVO 12 1472", SOON);
            board.await("PIN 22 0", SOON);
            host.say("PING");
            board.await("SERVO 12 0", SOON);
            assertThat(board.count("PIN 31 1")).as("direction").isEqualTo(1);
            board.await("PIN 31 0", SOON);
            assertThat(board.count("PIN 30 1")).as("steps").isEqualTo(60);
        }
    }

    @Test
    void theSameFirmwareCompiledForThisMachineDoesTheSame() {
        try (var board = BoardProcess.compiled(directory.resolve("host"));
                var host = new SerialHost(board.port())) {
            host.arm();
            assertThat(host.say("DO 1 60 200")).startsWith("OK ");

            board.await("PWM 5 153", SOON);
            host.await("OFF ");
            board.await("PWM 5 0", SOON);
            board.tell("hang");
            host.await("BOOT wdt 2");
        }
    }
}
