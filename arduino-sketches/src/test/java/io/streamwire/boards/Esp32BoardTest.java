package io.streamwire.boards;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.Ack.Status;
import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.BoardState.Phase;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.CommandMessage;
import io.streamwire.contract.mqtt.DeviceConfig;
import io.streamwire.contract.mqtt.Envelope;
import io.streamwire.contract.mqtt.Ota;
import io.streamwire.contract.mqtt.OtaReport;
import io.streamwire.contract.mqtt.OtaReport.Stage;
import io.streamwire.contract.mqtt.Telemetry;
import io.streamwire.contract.mqtt.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ESP32's sketch, compiled for this machine, on a real broker. */
class Esp32BoardTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final long SELF_TEST_MS = 120_000;
    private static final long SETTLE_MS = 50;
    private static final Map<String, Long> SPIN = Map.of("level", 60L, "ms", 1_000L);

    @TempDir private static Path ofBroker;
    @TempDir private Path directory;
    private static KeyPair keys;
    private static Hub hub;
    private BoardProcess board;
    private String token;
    private long boot;
    private final long epoch = Hub.now();

    @BeforeAll
    static void startHub() throws GeneralSecurityException, IOException {
        keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        hub = new Hub(ofBroker);
    }

    @AfterAll
    static void stopHub() {
        hub.close();
    }

    @BeforeEach
    void setUpOverTheSerialPort() throws IOException {
        token = hub.newDevice();
        board = BoardProcess.esp32(Files.createDirectory(directory.resolve("flash")));
        board.await("SERIAL streamwire esp32 1.0.0, not set up: type help", SOON);
        board.tell("serial wifi \"my network\" \"pass word\"");
        board.tell("serial hub 127.0.0.1 " + hub.port());
        board.tell("serial device " + Topics.root(Hub.WORKSPACE, hub.device()) + " " + token);
        board.tell("serial key " + HexFormat.of().formatHex(publicKey()));
        board.tell("serial restart");
        var state = hub.await("state", BoardState.class, said -> said.s() == Phase.READY);
        boot = state.boot();
    }

    @AfterEach
    void endOfTest() {
        board.close();
    }

    private static byte[] publicKey() {
        var encoded = keys.getPublic().getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - Ota.KEY_BYTES, encoded.length);
    }

    @Test
    void saysHowItIsAndWhatItCanDo() {
        assertThat(boot).as("it was restarted once").isEqualTo(2);
        var capabilities = hub.await("describe", Capabilities.class, _ -> true);
        assertThat(capabilities.board()).isEqualTo("esp32");
        assertThat(capabilities.limits()).isEqualTo(Capabilities.LimitsBy.BOARD);
        assertThat(capabilities.command("motor_spin")).isPresent();
        assertThat(hub.await("state", BoardState.class, _ -> true).envelope())
                .isEqualTo(Envelope.compile(capabilities, Map.of()).hash());
        board.tell("serial show");
        board.await("SERIAL wifi \"my network\"", SOON);
        assertThat(board.events()).noneMatch(event -> event.what().contains(token));
        assertThat(board.events()).noneMatch(event -> event.what().contains("pass word"));
    }

    @Test
    void movesItsPinOnceAndSaysWhen() {
        hub.arm(epoch);
        var command =
                new CommandMessage(
                        Ids.next(),
                        "motor_spin",
                        SPIN,
                        Hub.now(),
                        Hub.now() + 2_000,
                        epoch,
                        boot,
                        null);
        hub.send(command);
        hub.send(command);

        var done = hub.ack(command.id(), Status.DONE);
        var duplicate = hub.ack(command.id(), Status.DUPLICATE);
        assertThat(hub.ack(command.id(), Status.STARTED).t().on()).isNotNull();
        assertThat(lasted(done)).isBetween(995L, 1_700L);
        assertThat(duplicate.why()).isEqualTo("started");
        board.await("PWM 32 153", SOON);
        board.await("PWM 32 0", SOON);
        hub.send(command);
        hub.await(
                "ack", Ack.class, ack -> ack.st() == Status.DUPLICATE && "done".equals(ack.why()));
        assertThat(board.count("PWM 32 153")).isEqualTo(1);
    }

    @Test
    void refusesWhatItMustInTheOrderOfTheContract() {
        var unarmed = hub.send("motor_spin", SPIN, epoch, boot);
        assertThat(hub.ack(unarmed, Status.REJECTED).why()).isEqualTo("not_armed");
        hub.arm(epoch);
        var rebooted = hub.send("nothing", SPIN, epoch, boot - 1);
        assertThat(hub.ack(rebooted, Status.REJECTED).why()).isEqualTo("rebooted");
        var stale = hub.send("nothing", SPIN, epoch - 1, boot);
        assertThat(hub.ack(stale, Status.REJECTED).why()).isEqualTo("stale_epoch");
        var unknown = hub.send("nothing", SPIN, epoch, boot);
        assertThat(hub.ack(unknown, Status.REJECTED).why()).isEqualTo("unknown_command");
        for (var args :
                new Map<?, ?>[] {
                    Map.of("level", 101L, "ms", 300L),
                    Map.of("level", 60L),
                    Map.of("level", 60L, "ms", 300L, "x", 1L),
                    Map.of("level", 60L, "time", 300L)
                }) {
            @SuppressWarnings("unchecked")
            var wrong = hub.send("motor_spin", (Map<String, Long>) args, epoch, boot);
            assertThat(hub.ack(wrong, Status.REJECTED).why()).isEqualTo("out_of_range");
        }
        var late =
                hub.send(
                        new CommandMessage(
                                Ids.next(),
                                "motor_spin",
                                SPIN,
                                Hub.now(),
                                Hub.now() - 1_000,
                                epoch,
                                boot,
                                null));
        assertThat(hub.ack(late, Status.EXPIRED).why()).isEqualTo("too_late");
        assertThat(board.events()).noneMatch(event -> event.what().startsWith("PWM"));
    }

    @Test
    void oneOfAGroupWaitsForTheOther() {
        hub.arm(epoch);
        var first = hub.send("motor_spin", SPIN, epoch, boot);
        // Its turn comes late.
        var second =
                hub.send(
                        new CommandMessage(
                                Ids.next(),
                                "motor_back",
                                SPIN,
                                Hub.now(),
                                Hub.now() + 20_000,
                                epoch,
                                boot,
                                null));

        hub.ack(second, Status.ACCEPTED);
        var firstDone = hub.ack(first, Status.DONE);
        var secondDone = hub.ack(second, Status.DONE);
        assertThat(Objects.requireNonNull(secondDone.t().on()))
                .isGreaterThanOrEqualTo(Objects.requireNonNull(firstDone.t().off()));
    }

    @Test
    void aStopEndsWhatIsOnAndWhatWaits() {
        hub.arm(epoch);
        var running = hub.send("motor_spin", Map.of("level", 60L, "ms", 5_000L), epoch, boot);
        var waiting = hub.send("motor_back", SPIN, epoch, boot);
        hub.ack(waiting, Status.ACCEPTED);

        hub.stop(epoch + 1);

        assertThat(hub.ack(running, Status.ABORTED).why()).isEqualTo("stopped");
        assertThat(hub.ack(waiting, Status.ABORTED).why()).isEqualTo("stopped");
        board.await("PWM 32 0", SOON);
        var state = hub.await("state", BoardState.class, said -> said.s() == Phase.STOPPED);
        assertThat(state.epoch()).isEqualTo(epoch + 1);
        hub.arm(epoch);
        var after = hub.send("light_on", Map.of("ms", 50L), epoch + 1, boot);
        assertThat(hub.ack(after, Status.REJECTED).why()).isEqualTo("not_armed");
    }

    @Test
    void theStopInputHoldsUntilSomebodyArmsAnew() {
        hub.arm(epoch);
        var running = hub.send("light_on", Map.of("ms", 9_000L), epoch, boot);
        hub.ack(running, Status.STARTED);

        board.tell("in 27 1");

        board.await("PIN 4 0", SOON);
        assertThat(hub.ack(running, Status.ABORTED).why()).isEqualTo("stopped");
        hub.await("state", BoardState.class, said -> "hardware".equals(said.why()));
        board.tell("in 27 0");
        hub.arm(epoch);
        var renewed = hub.send("light_on", Map.of("ms", 50L), epoch, boot);
        assertThat(hub.ack(renewed, Status.REJECTED).why()).isEqualTo("not_armed");
        // A closed input counts only after its settling time; an arming before is not enough.
        for (int tries = 1; ; tries++) {
            var next = Hub.now();
            hub.arm(next);
            var id = hub.send("light_on", Map.of("ms", 50L), next, boot);
            var answer = hub.await("ack", Ack.class, ack -> ack.id().equals(id));
            if (answer.st() != Status.REJECTED) {
                break;
            }
            assertThat(tries).isLessThan(500);
        }
    }

    @Test
    void keepsTighterLimitsAndSaysSo() {
        var capabilities = hub.await("describe", Capabilities.class, _ -> true);
        var limits =
                Map.of(
                        "motor_spin",
                        new DeviceConfig.Limits(
                                200L,
                                500L,
                                20,
                                Map.of("level", new DeviceConfig.ArgLimits(10L, 50L))));
        var hash = Envelope.compile(capabilities, limits).hash();

        hub.publish(
                Topics.desiredConfig(Hub.WORKSPACE, hub.device()),
                new DeviceConfig(3, hash, limits),
                true);

        var echo = hub.await("config", DeviceConfig.class, said -> said.v() == 3);
        assertThat(echo.envelope()).isEqualTo(hash);
        assertThat(echo.limits()).isEqualTo(limits);
        hub.arm(epoch);
        var tooStrong = hub.send("motor_spin", Map.of("level", 51L, "ms", 100L), epoch, boot);
        assertThat(hub.ack(tooStrong, Status.REJECTED).why()).isEqualTo("out_of_range");
        var right = hub.send("motor_spin", Map.of("level", 50L, "ms", 200L), epoch, boot);
        assertThat(hub.ack(right, Status.DONE).envelope()).isEqualTo(hash);
    }

    @Test
    void takesAConfigurationThatIsLongerThanOneRead() {
        var limits = new HashMap<String, DeviceConfig.Limits>();
        for (int i = 0; i < 19; i++) {
            limits.put("former_command_" + i, new DeviceConfig.Limits(1_000L, 1_000L, 50, null));
        }
        var config = new DeviceConfig(4, "0123456789abcdef", limits);
        assertThat(Json.writeBytes(config)).hasSizeBetween(1_441, 1_540);

        hub.publish(Topics.desiredConfig(Hub.WORKSPACE, hub.device()), config, true);

        var echo = hub.await("config", DeviceConfig.class, said -> said.v() == 4);
        assertThat(echo.limits()).isEqualTo(limits);
    }

    @Test
    void aHangEndsInARestartThatSwitchesOff() {
        hub.arm(epoch);
        hub.ack(hub.send("light_on", Map.of("ms", 9_000L), epoch, boot), Status.STARTED);
        hub.ack(
                hub.send("motor_spin", Map.of("level", 60L, "ms", 5_000L), epoch, boot),
                Status.STARTED);
        var before = board.events().size();
        var told = System.nanoTime() / 1_000;

        board.tell("hang");

        var off = board.awaitBehind(before, event -> event.what().equals("PIN 4 0"), SOON);
        assertThat(off.wallMicros() - told).isBetween(200_000L, 3_000_000L);
        assertSwitchedOffBeforeTheRestart(before, "PIN 4 0", "PIN 32 0");
    }

    @Test
    void aRestartByHandSwitchesOffFirst() {
        hub.arm(epoch);
        hub.ack(hub.send("light_on", Map.of("ms", 9_000L), epoch, boot), Status.STARTED);
        hub.ack(
                hub.send("servo_move", Map.of("angle", 0L, "ms", 5_000L), epoch, boot),
                Status.STARTED);
        var before = board.events().size();

        board.tell("serial restart");

        assertSwitchedOffBeforeTheRestart(before, "PIN 4 0", "PIN 25 0");
    }

    private void assertSwitchedOffBeforeTheRestart(int before, String... off) {
        hub.await(
                "state",
                BoardState.class,
                said -> said.boot() == boot + 1 && said.s() == Phase.READY);
        assertThat(
                        board.events().stream()
                                .skip(before)
                                .map(BoardProcess.Event::what)
                                .takeWhile(what -> !what.equals("RESET")))
                .contains(off);
    }

    @Test
    void whatAPanicLeavesOnIsOffBeforeAnythingElse() {
        hub.arm(epoch);
        hub.ack(hub.send("light_on", Map.of("ms", 9_000L), epoch, boot), Status.STARTED);
        hub.ack(
                hub.send("motor_spin", Map.of("level", 60L, "ms", 5_000L), epoch, boot),
                Status.STARTED);
        var before = board.events().size();

        board.tell("panic");

        hub.await("state", BoardState.class, said -> said.boot() == boot + 1);
        assertThat(
                        board.events().stream()
                                .skip(before)
                                .map(BoardProcess.Event::what)
                                .dropWhile(what -> !what.equals("RESET"))
                                .skip(1)
                                .takeWhile(what -> !what.startsWith("FLASH ")))
                .contains("PIN 4 0", "PIN 32 0");
    }

    @Test
    void aMotorAndAServoHaveTimersOfTheirOwn() {
        hub.arm(epoch);
        var moved = hub.send("servo_move", Map.of("angle", 0L, "ms", 600L), epoch, boot);
        hub.ack(moved, Status.STARTED);
        var spun = hub.send("motor_spin", Map.of("level", 60L, "ms", 200L), epoch, boot);

        hub.ack(spun, Status.DONE);
        hub.ack(moved, Status.DONE);
        board.await("PWM 32 153", SOON);
        board.await("SERVO 25 1471", SOON);
        board.await("SERVO 25 0", SOON);
        assertThat(board.events())
                .extracting(BoardProcess.Event::what)
                .noneMatch(what -> what.startsWith("PWM 25 ") || what.startsWith("SERVO 32 "));
    }

    @Test
    void theStopOfItsInputOutlivesAReset() {
        hub.arm(epoch);
        hub.ack(hub.send("light_on", Map.of("ms", 50L), epoch, boot), Status.DONE);
        board.tell("in 27 1");
        hub.await("state", BoardState.class, said -> "hardware".equals(said.why()));

        board.tell("reset");

        var state =
                hub.await(
                        "state",
                        BoardState.class,
                        said -> said.boot() == boot + 1 && said.s() == Phase.STOPPED);
        assertThat(state.why()).isEqualTo("hardware");
        // Its input closed without power: nobody knows when, so the next message tells the time.
        var meanwhile = Hub.now();
        hub.arm(meanwhile);
        var renewed = hub.send("light_on", Map.of("ms", 50L), meanwhile, boot + 1);
        assertThat(hub.ack(renewed, Status.REJECTED).why()).isEqualTo("not_armed");
        var afterwards = Hub.now() + 1;
        hub.arm(afterwards);
        hub.ack(hub.send("light_on", Map.of("ms", 50L), afterwards, boot + 1), Status.DONE);

        board.tell("reset");

        hub.await(
                "state",
                BoardState.class,
                said -> said.boot() == boot + 2 && said.s() == Phase.READY);
    }

    @Test
    void aStopBeforeItIsConnectedOutlastsTheArmingInForce() {
        var before = board.events().size();
        board.tell("serial restart");
        board.awaitBehind(before, event -> event.what().equals("RESET"), SOON);
        board.tell("in 27 1");
        var opened = hub.await("state", BoardState.class, said -> "hardware".equals(said.why()));
        assertThat(opened.boot()).isEqualTo(boot + 1);
        board.tell("in 27 0");

        // The hub renews what was given long before, also when the input has settled.
        for (var end = Hub.now() + 4 * SETTLE_MS; Hub.now() < end; ) {
            hub.arm(epoch);
            var renewed = hub.send("light_on", Map.of("ms", 50L), epoch, boot + 1);
            assertThat(hub.ack(renewed, Status.REJECTED).why()).isEqualTo("not_armed");
        }
    }

    @Test
    void itsLastWillSaysThatItIsLost() {
        board.close();

        var state = hub.await("state", BoardState.class, said -> said.s() == Phase.LOST);
        assertThat(state.boot()).isEqualTo(boot);
    }

    @Test
    void saysThatItIsWell() {
        var telemetry = hub.await("telemetry", Telemetry.class, _ -> true);
        assertThat(telemetry.items().getFirst().values()).containsKeys("uptime_s", "heap_free");
    }

    @Test
    void installsSignedFirmwareWhileDisarmed() throws Exception {
        var image = Files.readAllBytes(Sketches.built("esp32-board-1.1.0"));
        var server =
                serve(exchange -> {
                    var known = ("Bearer " + token).equals(token(exchange));
                    exchange.sendResponseHeaders(known ? 200 : 401, known ? image.length : -1);
                    if (known) {
                        exchange.getResponseBody().write(image);
                    }
                    exchange.close();
                });
        try {
            var url = url("127.0.0.1", server);
            refused(offer(url, "0.9.9", "esp32", image), "downgrade");
            refused(offer(url, "1.0.9", "uno", image), "wrong_board");
            var good = offer(url, "1.1.0", "esp32", image);
            refused(
                    new Ota(
                            url,
                            good.sha256(),
                            good.signature(),
                            "0011223344556677",
                            "esp32",
                            "1.1.1",
                            good.size()),
                    "unknown_key");
            refused(
                    new Ota(
                            url,
                            good.sha256(),
                            good.signature(),
                            good.key(),
                            "esp32",
                            "1.1.2",
                            good.size()),
                    "bad_signature");

            hub.publish(Topics.firmware(Hub.WORKSPACE, hub.device()), good, false);

            hub.await("ota", OtaReport.class, report -> report.st() == Stage.REBOOTING);
            var state =
                    hub.await(
                            "state",
                            BoardState.class,
                            said -> "1.1.0".equals(said.fw()) && said.s() == Phase.READY);
            assertThat(state.boot()).isEqualTo(boot + 1);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void newFirmwareThatHangsGivesWayToTheOldOne() throws Exception {
        var image = Files.readAllBytes(Sketches.built("esp32-board-1.1.0"));
        var server =
                serve(exchange -> {
                    exchange.sendResponseHeaders(200, image.length);
                    exchange.getResponseBody().write(image);
                    exchange.close();
                });
        try {
            board.tell("hang-next " + (SELF_TEST_MS - 1_000));

            hub.publish(
                    Topics.firmware(Hub.WORKSPACE, hub.device()),
                    offer(url("127.0.0.1", server), "1.1.0", "esp32", image),
                    false);

            var report = hub.await("ota", OtaReport.class, said -> said.st() == Stage.ROLLED_BACK);
            assertThat(report.version()).isEqualTo("1.1.0");
            assertThat(report.why()).isEqualTo("self_test_failed");
            var state = hub.await("state", BoardState.class, said -> said.s() == Phase.READY);
            assertThat(state.fw()).isEqualTo("1.0.0");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void anUpdateThatLosesItsPowerIsNoRollback() throws Exception {
        var image = Files.readAllBytes(Sketches.built("esp32-board-1.1.0"));
        var server =
                serve(exchange -> {
                    exchange.sendResponseHeaders(200, image.length);
                    exchange.getResponseBody().write(image);
                    exchange.close();
                });
        try {
            var url = url("127.0.0.1", server);
            board.tell("lose-power");
            hub.publish(
                    Topics.firmware(Hub.WORKSPACE, hub.device()),
                    offer(url, "1.1.0", "esp32", image),
                    false);
            var state = hub.await("state", BoardState.class, said -> said.boot() == boot + 1);
            assertThat(state.fw()).isEqualTo("1.0.0");

            // What it says afterwards comes after what it says of the last update.
            hub.await(
                    "state",
                    BoardState.class,
                    said -> said.boot() == boot + 1 && said.s() == Phase.READY);
            refused(offer(url, "0.9.9", "esp32", image), "downgrade");
            assertThat(hub.all("ota", OtaReport.class))
                    .extracting(OtaReport::st)
                    .doesNotContain(Stage.ROLLED_BACK);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void whatIsTypedIsInEffectAfterARestartOnly() {
        hub.arm(epoch);
        board.tell("serial device sw/1/elsewhere/other and-its-token");
        board.tell("serial wifi \"another\" \"network\"");
        board.tell("serial show");
        board.await("SERIAL device sw/1/elsewhere/other (token)", SOON);
        var running = hub.send("light_on", Map.of("ms", 9_000L), epoch, boot);
        hub.ack(running, Status.STARTED);

        hub.stop(epoch + 1);

        assertThat(hub.ack(running, Status.ABORTED).why()).isEqualTo("stopped");
        board.await("PIN 4 0", SOON);
    }

    @Test
    void whatIsTypedWrongChangesNothing() {
        var root = Topics.root(Hub.WORKSPACE, hub.device());
        board.tell("serial device sw/1/a/b " + "x".repeat(150));
        board.tell("serial hub elsewhere 99999 tls");
        var before = board.events().size();
        board.tell("serial show");
        board.awaitBehind(
                before, event -> event.what().equals("SERIAL device " + root + " (token)"), SOON);
        assertThat(board.count("SERIAL too long, or out of range")).isEqualTo(2);
        assertThat(board.count("SERIAL hub 127.0.0.1 " + hub.port())).isEqualTo(1);

        try (var other = BoardProcess.esp32(directory)) {
            other.tell("serial device sw/1/a/b " + "x".repeat(150));
            other.tell("serial show");
            other.await("SERIAL device  (no token)", SOON);
        }
    }

    @Test
    void anArmingEndsADownload() throws Exception {
        var image = Files.readAllBytes(Sketches.built("esp32-board-1.1.0"));
        var over = new CountDownLatch(1);
        var server =
                serve(exchange -> {
                    exchange.sendResponseHeaders(200, image.length);
                    exchange.getResponseBody().write(image, 0, image.length / 2);
                    exchange.getResponseBody().flush();
                    awaitEnd(over);
                    exchange.close();
                });
        try {
            var offer = offer(url("127.0.0.1", server), "1.1.0", "esp32", image);
            hub.publish(Topics.firmware(Hub.WORKSPACE, hub.device()), offer, false);
            hub.await("ota", OtaReport.class, said -> Objects.equals(said.pct(), 25));

            hub.arm(epoch);

            var failed = hub.await("ota", OtaReport.class, said -> said.st() == Stage.FAILED);
            assertThat(failed.why()).isEqualTo("armed");
            assertThat(directory.resolve("flash/next-image.part")).doesNotExist();
            hub.ack(hub.send("light_on", Map.of("ms", 50L), epoch, boot), Status.DONE);
        } finally {
            over.countDown();
            server.stop(0);
        }
    }

    @Test
    void aBoardWithTlsTakesFirmwareByHttpsOnly() throws Exception {
        var asked = new AtomicInteger();
        var server =
                serve(exchange -> {
                    asked.incrementAndGet();
                    exchange.sendResponseHeaders(401, -1);
                    exchange.close();
                });
        try {
            var offer = offer(url("127.0.0.1", server), "1.1.0", "esp32", new byte[8]);
            refused(offer, "download_failed");
            assertThat(asked).as("a board without TLS asks").hasValue(1);
            board.tell("serial ca");
            for (var line : hub.ca()) {
                board.tell("serial " + line);
            }
            board.tell("serial hub 127.0.0.1 " + hub.tlsPort() + " tls");
            board.tell("serial restart");
            hub.await(
                    "state",
                    BoardState.class,
                    said -> said.boot() == boot + 1 && said.s() == Phase.READY);

            refused(offer(offer.url(), "1.1.1", "esp32", new byte[8]), "download_failed");

            assertThat(asked).as("a board with TLS does not").hasValue(1);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void itsTokenGoesToNoOtherHost() throws Exception {
        var heard = new CopyOnWriteArrayList<String>();
        var server =
                serve(exchange -> {
                    heard.add(String.valueOf(token(exchange)));
                    exchange.sendResponseHeaders(401, -1);
                    exchange.close();
                });
        try {
            refused(
                    offer(url("localhost", server), "1.1.0", "esp32", new byte[8]),
                    "download_failed");
            refused(
                    offer(url("127.0.0.1", server), "1.1.1", "esp32", new byte[8]),
                    "download_failed");

            assertThat(heard).containsExactly("null", "Bearer " + token);
        } finally {
            server.stop(0);
        }
    }

    private static HttpServer serve(HttpHandler handler) throws IOException {
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/image", handler);
        server.start();
        return server;
    }

    private static String url(String host, HttpServer server) {
        return "http://" + host + ":" + server.getAddress().getPort() + "/image";
    }

    private static @Nullable String token(HttpExchange exchange) {
        return exchange.getRequestHeaders().getFirst("Authorization");
    }

    private static void awaitEnd(CountDownLatch over) {
        try {
            over.await(SOON.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long lasted(Ack ack) {
        return Objects.requireNonNull(ack.t().off()) - Objects.requireNonNull(ack.t().on());
    }

    private void refused(Ota ota, String why) {
        hub.publish(Topics.firmware(Hub.WORKSPACE, hub.device()), ota, false);
        var report =
                hub.await(
                        "ota",
                        OtaReport.class,
                        said -> said.version().equals(ota.version()) && said.st() == Stage.FAILED);
        assertThat(report.why()).isEqualTo(why);
    }

    private static Ota offer(String url, String version, String type, byte[] image)
            throws GeneralSecurityException {
        var sha256 = HexFormat.of().formatHex(Ota.newSha256().digest(image));
        var signer = Signature.getInstance("Ed25519");
        signer.initSign(keys.getPrivate());
        signer.update(Ota.signed(type, version, image.length, sha256));
        var signature = Base64.getEncoder().encodeToString(signer.sign());
        return new Ota(url, sha256, signature, Ota.keyId(publicKey()), type, version, image.length);
    }
}
