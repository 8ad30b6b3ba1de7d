package io.streamwire.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.BoardState.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A bridge as the process that it is on a Raspberry Pi, and what ends such a process. */
@ExtendWith(SharedBroker.class)
class BridgeProcessTest {

    private static final int RELAY = BridgeTest.RELAY;
    private static final long MOST_KIB = 128 * 1_024;

    private final Path directory;
    private final Rig rig = new Rig();
    private final BoardProcess board;
    private Process bridge;

    BridgeProcessTest(@TempDir Path directory) throws IOException {
        BoardProcess.build();
        this.directory = directory;
        this.board = BoardProcess.host(directory, "uno");
        this.bridge = start();
    }

    @AfterEach
    void unplug() throws InterruptedException {
        bridge.destroyForcibly();
        bridge.waitFor();
        board.close();
        rig.close();
    }

    private Process start() throws IOException {
        return start(Map.of());
    }

    private Process start(Map<String, String> environment) throws IOException {
        var config = directory.resolve("bridge.yaml");
        Files.writeString(
                config,
                """
                mqtt:
                  url: %s
                  root: sw/1/%s/%s
                bridge:
                  ports: %s
                  discover: false
                  status-port: 0
                  scan: 100ms
                """
                        .formatted(rig.hub().url(), rig.workspace, rig.bridge, board.port()));
        var program =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "@" + Repository.ROOT.resolve("firmware-bridge/jvm.options"),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName(),
                                "--config",
                                config.toString())
                        .redirectError(directory.resolve("bridge.log").toFile());
        program.environment().put("MQTT_PASSWORD", rig.hub().token());
        program.environment().putAll(environment);
        return program.start();
    }

    @Test
    void killedItLeavesNothingOnAndComesBackByItself() throws IOException, InterruptedException {
        var device = rig.adoptAll(1).getFirst();
        rig.arm();
        rig.moveOnce(device, "relay_pulse", Map.of("ms", 60L));
        assertThat(residentKib()).isLessThan(MOST_KIB);
        var boot = rig.state(device).orElseThrow().boot();
        var id = moving(device);
        var begin = System.nanoTime();

        bridge.destroyForcibly();

        Await.until("off", () -> !board.isOn(RELAY));
        assertThat(board.lastChangeUs(RELAY) - begin / 1_000)
                .isLessThan(1_500_000 + BridgeTest.SLACK_US);
        Await.until("its last will", () -> rig.is(rig.bridge, Phase.LOST));
        assertThat(rig.isFinal(id)).isFalse(); // the hub finds out by the new boot
        bridge.waitFor();
        bridge = start();
        Await.until(
                "back",
                () -> rig.is(device, Phase.READY) && rig.state(device).orElseThrow().boot() > boot);
        rig.moveOnce(device, "relay_pulse", Map.of("ms", 60L));
    }

    @Test
    void asleepForFiveSecondsItLeavesNothingOnAndRunsNothingLate()
            throws IOException, InterruptedException {
        var device = rig.adoptAll(1).getFirst();
        rig.arm();
        rig.moveOnce(device, "relay_pulse", Map.of("ms", 60L));
        var before = board.switchedOn(RELAY);
        var running = moving(device);
        var begin = System.nanoTime();

        signal("STOP");

        Await.until("off", () -> !board.isOn(RELAY));
        assertThat(board.lastChangeUs(RELAY) - begin / 1_000)
                .isLessThan(1_500_000 + BridgeTest.SLACK_US);
        var late = rig.command(device, "relay_pulse", Map.of("ms", 60L));
        Await.until("asleep", () -> System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(5));
        signal("CONT");

        assertThat(rig.awaitEnd(running).st()).isEqualTo(Ack.Status.ABORTED);
        assertThat(rig.awaitEnd(late).st()).isIn(Ack.Status.REJECTED, Ack.Status.EXPIRED);
        assertThat(board.switchedOn(RELAY)).isEqualTo(before + 1);
        rig.moveOnce(device, "relay_pulse", Map.of("ms", 60L));
    }

    @Test
    void toldToEndItSwitchesOffFirst() throws InterruptedException {
        var device = rig.adoptAll(1).getFirst();
        rig.arm();
        rig.moveOnce(device, "relay_pulse", Map.of("ms", 60L));
        var id = moving(device);
        var begin = System.nanoTime();

        bridge.destroy();

        Await.until("off", () -> !board.isOn(RELAY));
        assertThat(board.lastChangeUs(RELAY) - begin / 1_000)
                .isLessThan(BridgeTest.BEFORE_SILENCE_US);
        assertThat(rig.awaitEnd(id).st()).isEqualTo(Ack.Status.ABORTED);
        assertThat(bridge.waitFor(5, TimeUnit.SECONDS)).isTrue();
        Await.until("lost", () -> rig.is(device, Phase.LOST));
    }

    @Test
    void itTellsSystemdThatItRunsForAsLongAsItDoes() throws IOException, InterruptedException {
        Await.until("it runs", () -> !rig.unknown().isEmpty());
        bridge.destroyForcibly();
        bridge.waitFor();
        try (var systemd = NotifySocket.at(directory.resolve("notify"))) {
            bridge =
                    start(
                            Map.of(
                                    "NOTIFY_SOCKET",
                                    directory.resolve("notify").toString(),
                                    "WATCHDOG_USEC",
                                    "300000"));

            Await.until("again and again", () -> systemd.told().size() > 3);

            assertThat(systemd.told().subList(0, 4))
                    .containsExactly("READY=1", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1");
        }
    }

    private UUID moving(UUID device) {
        var id = rig.command(device, "relay_pulse", Map.of("ms", 5_000L));
        Await.until("on", () -> board.isOn(RELAY) && rig.has(id, Ack.Status.STARTED));
        return id;
    }

    private void signal(String name) throws IOException, InterruptedException {
        var kill =
                new ProcessBuilder(List.of("kill", "-" + name, Long.toString(bridge.pid())))
                        .inheritIO()
                        .start();
        assertThat(kill.waitFor()).isZero();
    }

    private long residentKib() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + bridge.pid() + "/status"))) {
            var kib =
                    lines.filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .sum();
            System.out.println("bridge rss_kib=" + kib);
            return kib;
        }
    }
}
