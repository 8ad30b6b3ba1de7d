package io.streamwire.virtualboard;

import static io.streamwire.virtualboard.Hub.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.Ack.Status;
import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.BoardState.Phase;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Capabilities.LimitsBy;
import io.streamwire.contract.mqtt.CommandMessage;
import io.streamwire.contract.mqtt.DeviceConfig;
import io.streamwire.contract.mqtt.Envelope;
import io.streamwire.contract.mqtt.Safety;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.virtualboard.PinRecorder.Edge;
import io.streamwire.virtualboard.PinRecorder.Offence;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VirtualBoardTest {

    private static final long EPOCH = 10;

    @TempDir private static Path directory;
    private static Hub hub;

    private final UUID workspace = Ids.next();
    private final PinRecorder recorder = new PinRecorder();
    private final List<Edge> edges = new CopyOnWriteArrayList<>();
    private VirtualBoards boards;
    private VirtualBoard board;
    private UUID device;

    @BeforeAll
    static void startHub() {
        hub = new Hub(directory);
    }

    @AfterAll
    static void stopHub() {
        hub.close();
    }

    @BeforeEach
    void startBoard() {
        recorder.onEdge(edges::add);
        var access = hub.register(workspace);
        boards = VirtualBoards.start(hub.url(), List.of(access), recorder);
        boards.awaitReady(Duration.ofSeconds(10));
        device = access.deviceId();
        board = boards.board(device).orElseThrow();
        hub.awaitState(device, Phase.READY, 0);
    }

    @AfterEach
    void stopBoard() {
        boards.close();
        assertThat(edges.stream().filter(Edge::on).count())
                .as("every output is off at the end")
                .isEqualTo(edges.stream().filter(edge -> !edge.on()).count());
    }

    @Test
    void tellsHowItIsAndWhatItCanDo() {
        assertThat(hub.states(device))
                .extracting(BoardState::s)
                .containsExactly(Phase.INIT, Phase.READY);
        var state = hub.last(device, "state", BoardState.class).orElseThrow();
        assertThat(state.boot()).isEqualTo(board.status().boot());
        assertThat(state.envelope()).isEqualTo(envelope(Map.of()).hash());
        assertThat(hub.last(device, "describe", Capabilities.class))
                .contains(VirtualBoard.CAPABILITIES);

        boards.close();
        hub.awaitState(device, Phase.LOST, 0);
    }

    @Test
    void runsACommandAndAcknowledgesEachStep() {
        arm(EPOCH);
        var id = hub.send(board, spin(30));

        var done = hub.awaitAck(id, Status.DONE);
        assertThat(hub.statuses(id)).containsExactly(Status.STARTED, Status.DONE);
        assertThat(done.t().rx()).isNotNull();
        assertThat(done.t().on()).isGreaterThanOrEqualTo(done.t().rx());
        assertThat(done.t().off()).isGreaterThanOrEqualTo(time(done.t().on()) + 30);
        assertThat(done.envelope()).isEqualTo(envelope(Map.of()).hash());
        assertThat(edges).extracting(Edge::on).containsExactly(true, false);
        assertThat(edges).extracting(Edge::commandId).containsOnly(id);
        assertThat(recorder.received(device, id)).isPresent();
        assertClean(1);
    }

    /** The board's thread stands still while the test says what comes in meanwhile. */
    private void whileItIsBusy(UUID running, Runnable meanwhile) {
        var busy = new CountDownLatch(1);
        var free = new CountDownLatch(1);
        recorder.onEdge(edge -> {
            if (edge.on() && edge.commandId().equals(running)) {
                busy.countDown();
                await("free", () -> free.getCount() == 0);
            }
        });
        var last = command("fly", Map.of(), Ids.next());
        hub.send(board, command("motor_spin", Map.of("level", 60L, "ms", 5L), running));
        await("busy", () -> busy.getCount() == 0);
        meanwhile.run();
        hub.send(board, last);
        await("all of it", () -> recorder.received(device, last.id()).isPresent());
        free.countDown();
        hub.awaitAck(last.id(), Status.REJECTED);
    }

    @Test
    void heedsAStopBeforeWhatItWasToldEarlier() {
        arm(EPOCH);
        var running = Ids.next();
        var light = command("light_on", Map.of("ms", 20L), Ids.next());

        whileItIsBusy(
                running,
                () -> {
                    hub.send(board, light);
                    hub.stop(workspace, EPOCH + 1);
                });

        assertThat(hub.awaitAck(light.id(), Status.REJECTED).why()).isEqualTo(Ack.NOT_ARMED);
        assertThat(hub.awaitAck(running, Status.ABORTED).why()).isEqualTo(Ack.STOPPED);
        assertThat(edges).extracting(Edge::commandId).containsOnly(running);
    }

    @Test
    void countsALeaseFromTheMomentItCame() {
        hub.publish(
                Topics.safety(workspace),
                new Safety(true, EPOCH, Hub.now() + 2_000, Hub.now()),
                false);
        await("armed", () -> board.status().armed());
        var light = command("light_on", Map.of("ms", 20L), Ids.next());

        whileItIsBusy(
                Ids.next(),
                () -> {
                    var now = Hub.now();
                    hub.publish(
                            Topics.safety(workspace),
                            new Safety(true, EPOCH, now + 2_500, now),
                            false);
                    await("its end", () -> Hub.now() > now + 3_600);
                    hub.send(board, light);
                });

        assertThat(hub.awaitAck(light.id(), Status.REJECTED).why()).isEqualTo(Ack.NOT_ARMED);
    }

    @Test
    void refusesWhatItMayNotDo() {
        var disarmed = hub.send(board, spin(30));
        assertThat(hub.awaitAck(disarmed, Status.REJECTED).why()).isEqualTo(Ack.NOT_ARMED);

        arm(EPOCH);
        assertRejected(spin(5_001), Ack.OUT_OF_RANGE);
        assertRejected(
                command("motor_spin", Map.of("level", 50L), EPOCH, boot(), 30_000),
                Ack.OUT_OF_RANGE);
        assertRejected(command("fly", Map.of(), EPOCH, boot(), 30_000), Ack.UNKNOWN_COMMAND);
        assertRejected(
                command("light_on", Map.of("ms", 20L), EPOCH, boot() - 1, 30_000), Ack.REBOOTED);
        assertRejected(
                command("light_on", Map.of("ms", 20L), EPOCH - 1, boot(), 30_000), Ack.STALE_EPOCH);
        var late = hub.send(board, command("light_on", Map.of("ms", 20L), EPOCH, boot(), -1_000));
        hub.awaitAck(late, Status.EXPIRED);
        assertThat(edges).isEmpty();
    }

    @Test
    void ignoresRetainedOversizedAndMalformedCommands() {
        arm(EPOCH);
        var topic = Topics.command(workspace, device);
        var oversized =
                new CommandMessage(
                        Ids.next(),
                        "light_on",
                        Map.of("ms", 20L),
                        Hub.now(),
                        Hub.now() + 2_000,
                        EPOCH,
                        boot(),
                        "0".repeat(CommandMessage.MAX_BYTES));
        hub.publish(topic, oversized, false);
        hub.publish(topic, "{\"id\":7".getBytes(java.nio.charset.StandardCharsets.UTF_8), false);

        var sound = hub.send(board, light(20));

        hub.awaitAck(sound, Status.DONE);
        assertThat(hub.acks(oversized.id())).isEmpty();
        assertClean(1);
    }

    @Test
    void answersARepeatedCommandWithWhatBecameOfIt() {
        arm(EPOCH);
        board.duplicateDelivery(true);
        var id = hub.send(board, spin(30));
        hub.awaitAck(id, Status.DONE);
        board.repeatLastCommand();

        await(
                "two duplicates",
                () -> hub.statuses(id).stream().filter(Status.DUPLICATE::equals).count() == 2);
        assertThat(hub.acks(id))
                .filteredOn(ack -> ack.st() == Status.DUPLICATE)
                .extracting(Ack::why)
                .containsExactly("started", "done");
        assertThat(recorder.totals().repetitions()).isEqualTo(2);
        assertClean(1);
    }

    @Test
    void runsThePulsesOfOneOutputOneAfterAnother() {
        arm(EPOCH);
        var first = hub.send(board, spin(3_000));
        var second = hub.send(board, spin(20));
        var tooLate =
                hub.send(
                        board,
                        command("motor_spin", Map.of("level", 1L, "ms", 20L), EPOCH, boot(), 100));
        var beside = hub.send(board, light(20));

        hub.awaitAck(beside, Status.DONE);
        hub.awaitAck(second, Status.DONE);
        assertThat(hub.awaitAck(tooLate, Status.EXPIRED).why()).isEqualTo(Firmware.TOO_LATE);
        assertThat(edges)
                .filteredOn(edge -> edge.actuator().equals("motor_spin"))
                .extracting(Edge::commandId)
                .containsExactly(first, first, second, second);
        assertThat(edges).extracting(Edge::commandId).startsWith(first, beside, beside, first);
        assertClean(3);
    }

    @Test
    void saysThatItIsBusyWhenTooManyWait() {
        arm(EPOCH);
        hub.send(board, light(5_000));
        var waiting = new ArrayList<UUID>();
        for (var i = 0; i < Lane.CAPACITY; i++) {
            waiting.add(hub.send(board, light(20)));
        }

        assertRejected(light(20), Ack.BUSY);

        hub.stop(workspace, EPOCH + 1);
        waiting.forEach(id -> hub.awaitAck(id, Status.ABORTED));
        assertClean(1);
    }

    @Test
    void aStopEndsEverythingUntilSomebodyArmsAgain() {
        arm(EPOCH);
        var running = hub.send(board, spin(5_000));
        var waiting = hub.send(board, spin(20));
        hub.awaitAck(running, Status.STARTED);

        hub.stop(workspace, EPOCH + 1);
        hub.awaitState(device, Phase.STOPPED, EPOCH + 1);
        assertThat(hub.awaitAck(running, Status.ABORTED).why()).isEqualTo(Ack.STOPPED);
        assertThat(hub.awaitAck(waiting, Status.ABORTED).t().on()).isNull();
        assertThat(edges).extracting(Edge::on).containsExactly(true, false);

        hub.arm(workspace, EPOCH);
        hub.arm(workspace, EPOCH + 1);
        assertRejected(light(20), Ack.NOT_ARMED);

        hub.arm(workspace, EPOCH + 2);
        hub.awaitState(device, Phase.READY, EPOCH + 2);
        assertRejected(light(20), Ack.STALE_EPOCH);
        var id = hub.send(board, command("light_on", Map.of("ms", 20L), EPOCH + 2, boot(), 30_000));
        hub.awaitAck(id, Status.DONE);
        assertClean(2);
    }

    @Test
    void aStopOfTheBoardAloneOutranksTheWorkspace() {
        arm(EPOCH);
        hub.publish(Topics.safety(workspace, device), Safety.disarm(EPOCH + 1, Hub.now()), false);
        hub.awaitState(device, Phase.STOPPED, EPOCH + 1);

        hub.arm(workspace, EPOCH);
        assertRejected(light(20), Ack.NOT_ARMED);
    }

    @Test
    void goesSafeByItselfWhenTheLeaseLapses() {
        hub.publish(
                Topics.safety(workspace),
                new Safety(true, EPOCH, Hub.now() + 3_000, Hub.now()),
                false);
        hub.awaitState(device, Phase.READY, EPOCH);
        var id = hub.send(board, spin(5_000));

        var aborted = hub.awaitAck(id, Status.ABORTED);

        assertThat(aborted.why()).isEqualTo(Ack.LEASE_LAPSED);
        assertThat(aborted.t().off()).isNotNull();
        assertThat(board.status().armed()).isFalse();
        hub.arm(workspace, EPOCH);
        hub.awaitAck(hub.send(board, light(20)), Status.DONE);
        assertClean(2);
    }

    @Test
    void aRetainedMessageMayStopButNeverArm() {
        var other = hub.register(workspace);
        hub.publish(Topics.safety(workspace, other.deviceId()), Safety.arm(EPOCH, Hub.now()), true);
        var armed = boards.add(other);
        hub.awaitState(other.deviceId(), Phase.READY, EPOCH);
        assertThat(armed.status().armed()).isFalse();

        var third = hub.register(workspace);
        hub.publish(
                Topics.safety(workspace, third.deviceId()), Safety.disarm(EPOCH, Hub.now()), true);
        boards.add(third);
        hub.awaitState(third.deviceId(), Phase.STOPPED, EPOCH);
    }

    @Test
    void aLostLinkMakesItSafeAndWhatItCouldNotSayIsSaidLater() {
        arm(EPOCH);
        var id = hub.send(board, spin(5_000));
        hub.awaitAck(id, Status.STARTED);

        board.dropConnection(Duration.ofMillis(100));
        await("lost", () -> hub.states(device).stream().anyMatch(s -> s.s() == Phase.LOST));
        var aborted = hub.awaitAck(id, Status.ABORTED);

        assertThat(aborted.why()).isEqualTo(Firmware.LINK_LOST);
        hub.awaitState(device, Phase.READY, EPOCH);
        assertRejected(light(20), Ack.NOT_ARMED);
        hub.arm(workspace, EPOCH);
        hub.awaitAck(hub.send(board, light(20)), Status.DONE);
        assertClean(2);
    }

    @Test
    void comesBackByItselfWhenTheBrokerEndsItsSession() {
        arm(EPOCH);

        hub.kick(device);
        await("lost", () -> hub.states(device).stream().anyMatch(s -> s.s() == Phase.LOST));

        hub.awaitState(device, Phase.READY, EPOCH);
        arm(EPOCH);
        hub.awaitAck(hub.send(board, light(20)), Status.DONE);
        assertClean(1);
    }

    @Test
    void aRebootForgetsTheRingSoTheBootIsChecked() {
        arm(EPOCH);
        var id = hub.send(board, light(20));
        hub.awaitAck(id, Status.DONE);
        var before = boot();

        board.reboot();
        await("a new boot", () -> boot() == before + 1 && board.status().connected());
        await(
                "ready",
                () ->
                        hub.last(device, "state", BoardState.class)
                                .filter(s -> s.s() == Phase.READY && s.boot() == before + 1)
                                .isPresent());
        arm(EPOCH);
        board.repeatLastCommand();

        assertThat(hub.awaitAck(id, Status.REJECTED).why()).isEqualTo(Ack.REBOOTED);
        hub.awaitAck(hub.send(board, light(20)), Status.DONE);
        assertClean(2);
    }

    @Test
    void aRebootSwitchesOff() {
        arm(EPOCH);
        var id = hub.send(board, spin(5_000));
        hub.awaitAck(id, Status.STARTED);

        board.reboot();

        await("off", () -> edges.size() == 2);
        assertThat(edges.getLast().on()).isFalse();
    }

    @Test
    void takesOverTighterLimitsAndProvesIt() {
        var limits = Map.of("motor_spin", new DeviceConfig.Limits(100L, 200L, 1));
        var hash = envelope(limits).hash();
        hub.publish(
                Topics.desiredConfig(workspace, device), new DeviceConfig(3, hash, limits), true);
        await(
                "the echo",
                () ->
                        hub.last(device, "config", DeviceConfig.class)
                                .filter(echo -> echo.v() == 3 && echo.envelope().equals(hash))
                                .isPresent());
        arm(EPOCH);

        assertRejected(spin(101), Ack.OUT_OF_RANGE);
        var first = hub.send(board, spin(100));
        var second = hub.send(board, spin(100));
        var start = time(hub.awaitAck(second, Status.STARTED).t().on());
        assertThat(start - time(hub.awaitAck(first, Status.DONE).t().off()))
                .isGreaterThanOrEqualTo(199);
        assertThat(hub.awaitAck(second, Status.DONE).envelope()).isEqualTo(hash);
        // 1 % of a minute is 600 ms, of which 200 are used.
        var more = new ArrayList<UUID>();
        for (var i = 0; i < 5; i++) {
            more.add(
                    hub.send(
                            board,
                            command(
                                    "motor_spin",
                                    Map.of("level", 1L, "ms", 100L),
                                    EPOCH,
                                    boot(),
                                    30_000)));
        }
        assertThat(hub.awaitAck(more.getLast(), Status.REJECTED).why()).isEqualTo(Ack.TOO_SOON);
    }

    @Test
    void itsOwnClockMayBeWrongByAnyAmount() {
        board.skewClock(Duration.ofDays(-400));
        arm(EPOCH);

        var done = hub.awaitAck(hub.send(board, light(20)), Status.DONE);

        assertThat(done.t().rx()).isBetween(Hub.now() - 10_000, Hub.now());
        var late = hub.send(board, command("light_on", Map.of("ms", 20L), EPOCH, boot(), -1_000));
        hub.awaitAck(late, Status.EXPIRED);
        assertClean(1);
    }

    @Test
    void aCommandThatIsUnderWayTooLongDoesNotRun() {
        arm(EPOCH);
        board.delayDelivery(Duration.ofMillis(400));

        var id = hub.send(board, command("light_on", Map.of("ms", 20L), EPOCH, boot(), 100));

        hub.awaitAck(id, Status.EXPIRED);
        assertThat(edges).isEmpty();
    }

    @Test
    void aCommandSetsTheClockRightBeforeItIsJudged() {
        arm(EPOCH);
        board.skewClock(Duration.ofHours(-1));

        var late = hub.send(board, command("light_on", Map.of("ms", 20L), EPOCH, boot(), -1_000));

        hub.awaitAck(late, Status.EXPIRED);
        hub.awaitAck(hub.send(board, light(20)), Status.DONE);
        assertClean(1);
    }

    @Test
    void aBoardThatLeavesItsLimitsToTheHubDoesAllItIsTold() {
        var access = hub.register(workspace);
        var obedient =
                boards.add(
                        access,
                        new Capabilities(
                                1,
                                "1.0.0",
                                "virtual",
                                LimitsBy.HUB,
                                VirtualBoard.CAPABILITIES.commands()));
        hub.awaitState(access.deviceId(), Phase.READY, 0);
        hub.arm(workspace, EPOCH);
        await("armed", () -> obedient.status().armed());
        var boot = obedient.status().boot();
        var args = Map.of("level", 300L, "ms", 2_000L);

        var first = hub.send(obedient, command("motor_spin", args, EPOCH, boot, 30_000));
        hub.awaitAck(first, Status.STARTED);
        var second = hub.send(obedient, command("motor_spin", args, EPOCH, boot, 30_000));
        hub.awaitAck(first, Status.DONE);
        hub.awaitAck(second, Status.DONE);

        assertThat(recorder.violations())
                .extracting(PinRecorder.Violation::offence)
                .contains(Offence.OUT_OF_RANGE, Offence.TOGETHER);
        var disarmed = command("motor_spin", args, EPOCH - 1, boot, 30_000);
        assertThat(hub.awaitAck(hub.send(obedient, disarmed), Status.REJECTED).why())
                .isEqualTo(Ack.STALE_EPOCH);
    }

    @Test
    void twoHundredBoardsShareTwoThreads() {
        var fleet = Ids.next();
        var accesses = new ArrayList<BoardAccess>();
        for (var i = 0; i < 200; i++) {
            accesses.add(hub.register(fleet));
        }
        var before = threads();
        try (var many = VirtualBoards.start(hub.url(), accesses, recorder)) {
            many.awaitReady(Duration.ofSeconds(60));
            hub.arm(fleet, EPOCH);
            accesses.forEach(access -> hub.awaitState(access.deviceId(), Phase.READY, EPOCH));

            var ids = new ArrayList<UUID>();
            for (var each : many.all()) {
                ids.add(
                        hub.send(
                                each,
                                command(
                                        "light_on",
                                        Map.of("ms", 20L),
                                        EPOCH,
                                        each.status().boot(),
                                        30_000)));
            }

            ids.forEach(id -> hub.awaitAck(id, Status.DONE));
            assertThat(threads() - before).isLessThanOrEqualTo(2);
            assertClean(200);
        }
    }

    /** How many of this process are boards'. */
    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("virtual-boards"))
                .count();
    }

    private void arm(long epoch) {
        hub.arm(workspace, epoch);
        hub.awaitState(device, Phase.READY, epoch);
        await("armed", () -> board.status().armed());
    }

    private void assertRejected(CommandMessage command, String why) {
        var id = hub.send(board, command);
        assertThat(hub.awaitAck(id, Status.REJECTED).why()).isEqualTo(why);
    }

    private void assertClean(int pulses) {
        var totals = recorder.totals();
        assertThat(recorder.violations()).isEmpty();
        assertThat(totals.violations()).isZero();
        assertThat(totals.switchedOn()).isEqualTo(pulses);
    }

    private long boot() {
        return board.status().boot();
    }

    private CommandMessage command(String name, Map<String, Long> args, UUID id) {
        var now = Hub.now();
        return new CommandMessage(id, name, args, now, now + 30_000, EPOCH, boot(), null);
    }

    private CommandMessage spin(long ms) {
        return command("motor_spin", Map.of("level", 60L, "ms", ms), EPOCH, boot(), 30_000);
    }

    private CommandMessage light(long ms) {
        return command("light_on", Map.of("ms", ms), EPOCH, boot(), 30_000);
    }

    private static CommandMessage command(
            String name, Map<String, Long> args, long epoch, long boot, long ttlMs) {
        return new CommandMessage(
                Ids.next(), name, args, Hub.now(), Hub.now() + ttlMs, epoch, boot, null);
    }

    private static long time(@Nullable Long time) {
        return Objects.requireNonNull(time);
    }

    private static Envelope envelope(Map<String, DeviceConfig.Limits> limits) {
        return Envelope.compile(VirtualBoard.CAPABILITIES, limits);
    }
}
