package io.streamwire.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.BoardState.Phase;
import io.streamwire.contract.mqtt.CommandMessage;
import io.streamwire.contract.mqtt.DeviceConfig;
import io.streamwire.contract.mqtt.Topics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A bridge between a real broker and the firmware of a board, compiled for this machine. */
@ExtendWith(SharedBroker.class)
class BridgeTest {

    static final int RELAY = 7;
    static final int STOP_INPUT = 2;

    /** This machine may be that late. */
    static final long SLACK_MS = 250;

    static final long SLACK_US = 1_000 * SLACK_MS;

    /** A board that misses its bridge switches off by itself a moment later. */
    static final long BEFORE_SILENCE_US = 1_000 * (SerialSession.SILENCE_MS - 100);

    /** What happens at once, on a machine that may be busy. */
    private static final long AT_ONCE_US = 2_000_000;

    private static final Map<String, Long> SHORT = Map.of("ms", 60L);
    private static final Map<String, Long> LONG = Map.of("ms", 5_000L);

    private final Rig rig;
    private final BoardProcess board;
    private final UUID device;
    private Bridge bridge;

    BridgeTest(@TempDir Path directory) {
        BoardProcess.build();
        rig = new Rig();
        board = BoardProcess.host(directory, "uno");
        bridge = rig.bridge(board);
        device = rig.adoptAll(1).getFirst();
    }

    @AfterEach
    void unplug() {
        bridge.close();
        board.close();
        rig.close();
    }

    @Test
    void anAdoptedBoardDoesWhatTheHubSaysOnce() {
        assertThat(rig.capabilities(device).orElseThrow().command("relay_pulse")).isPresent();
        Await.until("nobody waits for adoption", () -> rig.unknown().isEmpty());
        arm();

        var id = rig.command(device, "relay_pulse", SHORT);

        assertThat(rig.awaitEnd(id).st()).isEqualTo(Ack.Status.DONE);
        assertThat(rig.acks(id)).extracting(Ack::st).contains(Ack.Status.STARTED);
        assertThat(rig.last(id).envelope()).isEqualTo(state().envelope());
        assertThat(rig.onMs(id)).isBetween(0L, 60 + SLACK_MS);
        Await.until("on and off", () -> board.switchedOn(RELAY) > 1 && !board.isOn(RELAY));
        assertThat(board.lastChangeUs(RELAY) - board.onEdgesUs(RELAY).getLast())
                .isBetween(55_000L, 60_000 + SLACK_US);
        assertThat(board.switchedOn(RELAY)).isEqualTo(2); // with the one that armed
        rig.send(device, again(id));
        Await.until("duplicate", () -> rig.has(id, Ack.Status.DUPLICATE));
        assertThat(rig.last(id).why()).isEqualTo("done");
        assertThat(board.switchedOn(RELAY)).isEqualTo(2);
        assertThat(board.used()).containsExactly(RELAY);
    }

    @Test
    void whatMayNotMoveIsRefused() {
        assertThat(refusal(rig.command(device, "relay_pulse", SHORT))).isEqualTo(Ack.NOT_ARMED);
        arm();

        assertThat(refusal(rig.command(device, "warp", SHORT))).isEqualTo(Ack.UNKNOWN_COMMAND);
        assertThat(refusal(rig.command(device, "relay_pulse", Map.of("ms", 5_001L))))
                .isEqualTo(Ack.OUT_OF_RANGE);
        assertThat(refusal(rig.command(device, "relay_pulse", Map.of())))
                .isEqualTo(Ack.OUT_OF_RANGE);
        assertThat(refusal(rig.command(device, "relay_pulse", SHORT, -100)))
                .isEqualTo(HubDevice.TOO_LATE);
        var now = System.currentTimeMillis();
        var old = UUID.randomUUID();
        rig.send(
                device,
                new CommandMessage(
                        old, "relay_pulse", SHORT, now, now + 2_000, Long.MAX_VALUE, 7, null));
        assertThat(refusal(old)).isEqualTo(Ack.REBOOTED);
        var stale = UUID.randomUUID();
        rig.send(
                device,
                new CommandMessage(
                        stale, "relay_pulse", SHORT, now, now + 2_000, 1, state().boot(), null));
        assertThat(refusal(stale)).isEqualTo(Ack.STALE_EPOCH);
        assertThat(board.switchedOn(RELAY)).isEqualTo(1);
    }

    @Test
    void aStopSwitchesOffAndIsConfirmed() {
        arm();
        var id = moving();
        var begin = System.nanoTime();

        var epoch = rig.stop();

        Await.until("off", () -> !board.isOn(RELAY));
        assertThat(sinceUs(begin, board.lastChangeUs(RELAY))).isLessThan(AT_ONCE_US);
        Await.until("confirmed", () -> rig.is(device, Phase.STOPPED) && state().epoch() == epoch);
        assertThat(rig.awaitEnd(id))
                .returns(Ack.Status.ABORTED, Ack::st)
                .returns(Ack.STOPPED, Ack::why);
        assertThat(refusal(rig.command(device, "relay_pulse", SHORT))).isEqualTo(Ack.NOT_ARMED);
        arm();
    }

    @Test
    void aStopOfTheBridgeStopsItsBoards() {
        arm();
        var id = moving();

        var epoch = rig.stop(rig.bridge);

        assertThat(rig.awaitEnd(id).why()).isEqualTo(Ack.STOPPED);
        Await.until(
                "both",
                () ->
                        rig.is(device, Phase.STOPPED)
                                && rig.is(rig.bridge, Phase.STOPPED)
                                && state().epoch() == epoch);
        arm();
    }

    @Test
    void aLeaseThatNobodyRenewsLapses() {
        rig.armFor(1_500);
        var id = rig.command(device, "relay_pulse", LONG);
        Await.until("on", () -> board.isOn(RELAY));
        var on = board.lastChangeUs(RELAY);

        assertThat(rig.awaitEnd(id))
                .returns(Ack.Status.ABORTED, Ack::st)
                .returns(Ack.LEASE_LAPSED, Ack::why);

        Await.until("off", () -> !board.isOn(RELAY));
        assertThat(board.lastChangeUs(RELAY) - on)
                .isBetween(1_500_000 - 2 * SLACK_US, 1_500_000 + SLACK_US);
        assertThat(refusal(rig.command(device, "relay_pulse", SHORT))).isEqualTo(Ack.NOT_ARMED);
        arm();
    }

    @Test
    void theOwnersLimitsHoldInTheBridgeAndOnTheBoard() {
        var limits =
                Map.of(
                        "relay_pulse",
                        new DeviceConfig.Limits(
                                300L,
                                400L,
                                null,
                                Map.of("ms", new DeviceConfig.ArgLimits(100L, null))));

        var envelope = rig.limit(device, limits);

        Await.until(
                "the echo",
                () ->
                        rig.echo(device)
                                .filter(echo -> echo.envelope().equals(envelope.hash()))
                                .isPresent());
        rig.arm();
        rig.moveOnce(device, "relay_pulse", Map.of("ms", 100L));
        assertThat(refusal(rig.command(device, "relay_pulse", SHORT))).isEqualTo(Ack.OUT_OF_RANGE);
        assertThat(refusal(rig.command(device, "relay_pulse", Map.of("ms", 301L))))
                .isEqualTo(Ack.OUT_OF_RANGE);
        var first = rig.command(device, "relay_pulse", Map.of("ms", 100L));
        var second = rig.command(device, "relay_pulse", Map.of("ms", 100L));
        assertThat(rig.awaitEnd(second).st()).isEqualTo(Ack.Status.DONE);
        assertThat(rig.last(second).envelope()).isEqualTo(envelope.hash());
        assertThat(rig.last(first).st()).isEqualTo(Ack.Status.DONE);
        assertThat(board.lastGapUs(RELAY)).isGreaterThanOrEqualTo(395_000);

        var boot = state().boot();
        var wider = rig.limit(device, Map.of());
        Await.until(
                "wider again, with a new session",
                () -> rig.is(device, Phase.READY) && state().boot() > boot);
        Await.until("echoed", () -> wider.hash().equals(state().envelope()));
        rig.moveOnce(device, "relay_pulse", SHORT);
    }

    @Test
    void withoutABrokerEverythingIsOffUntilItIsBack() {
        arm();
        var id = moving();
        var begin = System.nanoTime();

        SharedBroker.close();

        Await.until("off", () -> !board.isOn(RELAY));
        assertThat(sinceUs(begin, board.lastChangeUs(RELAY))).isLessThan(4_500_000);
        rig.reopenBroker();
        assertThat(rig.awaitEnd(id))
                .returns(Ack.Status.ABORTED, Ack::st)
                .returns(HubDevice.LINK_LOST, Ack::why);
        rig.moveOnce(device, "relay_pulse", SHORT); // by renewals alone
    }

    @Test
    void anUnpluggedBoardIsLostAndComesBackByItself() {
        arm();
        var id = moving();
        var boot = state().boot();
        var begin = System.nanoTime();

        board.tell("unplug");

        Await.until("lost", () -> rig.is(device, Phase.LOST));
        assertThat(rig.awaitEnd(id))
                .returns(Ack.Status.ABORTED, Ack::st)
                .returns(HubDevice.LINK_LOST, Ack::why);
        Await.until("off", () -> !board.isOn(RELAY));
        assertThat(sinceUs(begin, board.lastChangeUs(RELAY))).isLessThan(1_500_000 + SLACK_US);
        board.tell("plug");
        Await.until("back", () -> rig.is(device, Phase.READY) && state().boot() > boot);
        rig.moveOnce(device, "relay_pulse", SHORT);
    }

    @Test
    void aHungBoardComesBackByItsWatchdog() {
        arm();
        var id = moving();
        var boot = state().boot();

        board.tell("hang");

        Await.until("reset", () -> board.count("RESET") == 1);
        assertThat(board.isOn(RELAY)).isFalse();
        assertThat(rig.awaitEnd(id).st()).isEqualTo(Ack.Status.ABORTED);
        Await.until("back", () -> rig.is(device, Phase.READY) && state().boot() > boot);
        rig.moveOnce(device, "relay_pulse", SHORT);
    }

    @Test
    void anOpenStopInputHoldsUntilSomebodyArmsAfterItsRelease() {
        arm();
        var id = moving();
        var begin = System.nanoTime();

        board.tell("in " + STOP_INPUT + " 1");

        Await.until("off", () -> !board.isOn(RELAY));
        assertThat(sinceUs(begin, board.lastChangeUs(RELAY))).isLessThan(AT_ONCE_US);
        Await.until("stopped", () -> rig.is(device, Phase.STOPPED));
        assertThat(state().why()).isEqualTo(BoardState.HARDWARE);
        assertThat(rig.awaitEnd(id).why()).isEqualTo(Ack.STOPPED);
        rig.arm(); // while it is open
        var refused = rig.command(device, "relay_pulse", SHORT);
        assertThat(rig.awaitEnd(refused).st()).isEqualTo(Ack.Status.REJECTED);
        board.tell("in " + STOP_INPUT + " 0");
        rig.awaitRenewal();
        assertThat(rig.is(device, Phase.STOPPED)).isTrue();
        Await.until(
                "armed by hand after its release",
                () -> {
                    rig.arm();
                    var moved = rig.command(device, "relay_pulse", SHORT);
                    return rig.awaitEnd(moved).st() == Ack.Status.DONE;
                });
        assertThat(state()).returns(Phase.READY, BoardState::s).returns(null, BoardState::why);
    }

    @Test
    void anArmingFromBeforeTheReleaseThatIsHeardLaterEndsNoStop() {
        arm();
        board.tell("in " + STOP_INPUT + " 1");
        Await.until("stopped", () -> rig.is(device, Phase.STOPPED));
        SharedBroker.close();
        Await.until("no line to the hub", () -> !bridge.connected());

        rig.arm(); // while it is open, and nobody hears of it
        board.tell("in " + STOP_INPUT + " 0");
        rig.reopenBroker();

        Await.until("heard again", () -> rig.is(device, Phase.STOPPED));
        rig.awaitRenewal();
        var id = rig.command(device, "relay_pulse", SHORT);
        assertThat(rig.awaitEnd(id).st()).isEqualTo(Ack.Status.REJECTED);
        assertThat(rig.is(device, Phase.STOPPED)).isTrue();
        arm();
    }

    @Test
    void aLatchOutlivesTheBridge() {
        arm();
        board.tell("in " + STOP_INPUT + " 1");
        Await.until("stopped", () -> rig.is(device, Phase.STOPPED));
        board.tell("in " + STOP_INPUT + " 0");

        bridge.close();
        Await.until("lost", () -> rig.is(device, Phase.LOST));
        bridge = rig.bridge(board);

        Await.until("stopped again", () -> rig.is(device, Phase.STOPPED));
        assertThat(state().why()).isEqualTo(BoardState.HARDWARE);
        var id = rig.command(device, "relay_pulse", SHORT); // renewals of the old arming go on
        assertThat(rig.awaitEnd(id).st()).isEqualTo(Ack.Status.REJECTED);
        assertThat(rig.is(device, Phase.STOPPED)).isTrue();
    }

    @Test
    void theEndOfTheBridgeSwitchesOff() {
        arm();
        var id = moving();
        var begin = System.nanoTime();

        bridge.close();

        Await.until("off", () -> !board.isOn(RELAY));
        assertThat(sinceUs(begin, board.lastChangeUs(RELAY))).isLessThan(BEFORE_SILENCE_US);
        Await.until("lost", () -> rig.is(device, Phase.LOST) && rig.is(rig.bridge, Phase.LOST));
        assertThat(rig.awaitEnd(id).st()).isEqualTo(Ack.Status.ABORTED);
        bridge = rig.bridge(board);
        Await.until("back", () -> rig.is(device, Phase.READY));
        rig.moveOnce(device, "relay_pulse", SHORT);
    }

    @Test
    void aDefectSwitchesOffAndEndsTheProgram() {
        bridge.close();
        var ended = new CountDownLatch(1);
        bridge = Bridge.start(rig.settings(List.of(board.port())), ended::countDown);
        Await.until("back", () -> rig.is(device, Phase.READY));
        arm();
        var _ = moving();
        var begin = System.nanoTime();

        bridge.panic(new OutOfMemoryError("of a test"));

        assertThat(ended.getCount()).isZero();
        Await.until("off", () -> !board.isOn(RELAY));
        assertThat(sinceUs(begin, board.lastChangeUs(RELAY))).isLessThan(BEFORE_SILENCE_US);
    }

    @Test
    void itsStatusTellsOfBoardsAndTheHub() throws IOException, InterruptedException {
        arm();

        var status = Json.read(get("status"), JsonNode.class);

        assertThat(status.path("connected").asBoolean()).isTrue();
        assertThat(status.at("/boards/0/board").asText()).isEqualTo("uno");
        assertThat(status.at("/boards/0/device").asText()).isEqualTo(device.toString());
        assertThat(status.at("/boards/0/armed").asBoolean()).isTrue();
        assertThat(status.at("/boards/0/state").asText()).isEqualTo("ready");
        assertThat(get("")).contains("<h1>Streamwire bridge</h1>", device.toString());
        assertThat(get("health")).isEqualTo("{\"status\":\"up\"}");
        assertThat(get("metrics"))
                .contains("streamwire_bridge_connected 1.0", "streamwire_bridge_boards 1.0")
                .containsPattern("streamwire_bridge_acks_total\\{status=\"done\"\\} [1-9]");
    }

    @Test
    void theDoctorSeesWhatIsThereAndWhatIsMissing() {
        var hub = rig.hub();
        var sound =
                Map.of(
                        "MQTT_URL",
                        hub.url(),
                        "MQTT_ROOT",
                        "sw/1/" + hub.workspace() + "/" + hub.device(),
                        "MQTT_PASSWORD",
                        hub.token(),
                        "BRIDGE_PORTS",
                        board.port().toString(),
                        "BRIDGE_STATUS_PORT",
                        "0",
                        "BRIDGE_DISCOVER",
                        "false");

        var beside = new HashMap<>(sound);
        beside.put("BRIDGE_STATUS_PORT", Integer.toString(bridge.statusUrl().getPort()));
        assertThat(examine(beside)).contains("ok  a bridge is running and connected to the hub");
        assertThat(bridge.connected()).isTrue();
        assertThat(rig.is(device, Phase.READY)).isTrue();

        bridge.close();
        assertThat(examine(sound))
                .contains(
                        "ok  " + board.port() + ": uno ",
                        "ok  the broker takes the token",
                        "ok  the broker at " + hub.url() + " can be reached");

        var ill = new HashMap<>(sound);
        ill.put("MQTT_PASSWORD", "wrong");
        ill.put("BRIDGE_PORTS", board.port() + "-gone");
        assertThat(examine(ill))
                .contains(
                        "!!  the broker does not let the bridge in",
                        "make a new token for the device " + hub.device(),
                        "-gone is configured and not there",
                        "thing(s) to do");
        assertThat(examine(Map.of())).contains("!!  settings: mqtt.root");
    }

    @Test
    void aReleasedBoardIsNobodysAndOff() {
        arm();
        var _ = moving();

        rig.release(device);

        Await.until("off", () -> !board.isOn(RELAY));
        Await.until("waits for adoption", () -> rig.unknown().size() == 1);
        Await.until("still there", () -> bridge.connected());
    }

    @Test
    void aBoardThatIsAdoptedAgainHasANewBoot() {
        var boot = state().boot();
        rig.release(device);
        Await.until("waits for adoption", () -> rig.unknown().size() == 1);

        var again = rig.adoptAll(1).getFirst();

        assertThat(rig.state(again).orElseThrow().boot()).isGreaterThan(boot);
        rig.arm();
        rig.moveOnce(again, "relay_pulse", SHORT);
    }

    @Test
    void anOlderListOfBoardsReleasesNone() {
        arm();
        var boot = state().boot();

        rig.publish(
                Topics.desiredConfig(rig.workspace, rig.bridge),
                new DeviceConfig(-1, "44136fa355b3678a", Map.of(), List.of()),
                false);

        rig.moveOnce(device, "relay_pulse", SHORT);
        assertThat(state().boot()).isEqualTo(boot);
    }

    @Test
    void twoBridgesWithOneIdentityComeEverMoreSeldom() {
        var pauses = new CopyOnWriteArrayList<Long>();
        var handler = new Pauses("another bridge has this identity (0x8e)", pauses);
        var logger = Logger.getLogger(HubLine.class.getName());
        logger.addHandler(handler);
        try (var _ = rig.bridge()) {
            Await.until(
                    "a longer pause",
                    () -> pauses.stream().anyMatch(ms -> ms >= 2 * HubLine.RECONNECT_FIRST_MS));
        } finally {
            logger.removeHandler(handler);
        }
    }

    /** How long lines to the hub wait after they were lost for a reason, ms. */
    private static final class Pauses extends Handler {
        private final String reason;
        private final List<Long> pauses;

        Pauses(String reason, List<Long> pauses) {
            this.reason = reason;
            this.pauses = pauses;
        }

        @Override
        public void publish(LogRecord line) {
            var told = line.getParameters();
            if (told != null && told.length == 2 && reason.equals(told[0])) {
                pauses.add((Long) told[1]);
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @Test
    void aTakenStatusPortIsNamedInOneLine() {
        var taken = bridge.statusUrl().getPort();
        var settings =
                new BridgeSettings(
                        rig.hub(),
                        taken,
                        BridgeSettings.Serial.only(List.of()),
                        List.of(),
                        List.of());

        assertThatThrownBy(() -> Bridge.start(settings, () -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bridge.status-port", Integer.toString(taken))
                .message()
                .doesNotContain("\n");
        assertThat(bridge.connected()).isTrue();
    }

    private static String examine(Map<String, String> environment) {
        var out = new ByteArrayOutputStream();
        var _ = Doctor.examine(environment, null, new PrintStream(out, true, UTF_8));
        return out.toString(UTF_8);
    }

    private String get(String path) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(bridge.statusUrl().resolve(path)).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    private void arm() {
        rig.arm();
        rig.moveOnce(device, "relay_pulse", SHORT);
        assertThat(rig.is(device, Phase.READY)).isTrue();
    }

    /** A command that is on for long. */
    private UUID moving() {
        var id = rig.command(device, "relay_pulse", Map.of("ms", 5_000L));
        Await.until("on", () -> board.isOn(RELAY) && rig.has(id, Ack.Status.STARTED));
        return id;
    }

    private BoardState state() {
        return rig.state(device).orElseThrow();
    }

    private String refusal(UUID command) {
        return String.valueOf(rig.awaitEnd(command).why());
    }

    private CommandMessage again(UUID id) {
        var now = System.currentTimeMillis();
        return new CommandMessage(
                id, "relay_pulse", SHORT, now, now + 2_000, Long.MAX_VALUE, state().boot(), null);
    }

    private static long sinceUs(long nanos, long us) {
        return us - nanos / 1_000;
    }
}
