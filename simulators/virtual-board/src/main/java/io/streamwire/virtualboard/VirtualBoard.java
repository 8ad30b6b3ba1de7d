package io.streamwire.virtualboard;

import com.hivemq.client.mqtt.MqttClientExecutorConfig;
import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Capabilities.ArgSpec;
import io.streamwire.contract.mqtt.Capabilities.CommandSpec;
import io.streamwire.contract.mqtt.Capabilities.LimitsBy;
import io.streamwire.contract.mqtt.Envelope;
import io.streamwire.contract.mqtt.Topics;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * One board: behaves as the firmware does, and breaks on demand. Every method may be called from
 * any thread but a recorder's listener.
 */
public final class VirtualBoard {

    /** What every virtual board can do: a motor, a light, and to blink. */
    public static final Capabilities CAPABILITIES =
            new Capabilities(
                    1,
                    Firmware.VERSION,
                    "virtual",
                    LimitsBy.BOARD,
                    List.of(
                            new CommandSpec(
                                    "motor_spin",
                                    List.of(
                                            new ArgSpec("level", "int", 0, 100, "%"),
                                            new ArgSpec(Envelope.DURATION, "int", 5, 5_000, "ms")),
                                    5_000,
                                    0,
                                    100,
                                    "motors"),
                            new CommandSpec(
                                    "light_on",
                                    List.of(new ArgSpec(Envelope.DURATION, "int", 5, 10_000, "ms")),
                                    10_000,
                                    0,
                                    100,
                                    null),
                            new CommandSpec(
                                    "identify",
                                    List.of(new ArgSpec(Envelope.DURATION, "int", 5, 5_000, "ms")),
                                    5_000,
                                    0,
                                    100,
                                    null)));

    /** How long a reboot takes, ms. */
    private static final long REBOOT_MS = 50;

    private final BoardAccess access;
    private final Capabilities capabilities;
    private final BoardThread thread;
    private final PinRecorder recorder;
    private final BoardLink link;
    private final List<Consumer<BoardState.Phase>> phaseListeners = new CopyOnWriteArrayList<>();
    private long boot;
    private long bootNanos;
    private long skewMs;
    private String version = Firmware.VERSION;
    private boolean stopPressed;
    private boolean telling;
    private Firmware firmware;
    private final FirmwareUpdate update;

    VirtualBoard(
            URI broker,
            BoardAccess access,
            Capabilities capabilities,
            MqttClientExecutorConfig executors,
            BoardThread thread,
            PinRecorder recorder) {
        this.access = access;
        this.capabilities = capabilities;
        this.thread = thread;
        this.recorder = recorder;
        this.link = new BoardLink(broker, access, executors, thread, recorder, this);
        // Grows over restarts of the process, too, as a counter in a board's flash does.
        this.boot = System.currentTimeMillis();
        this.firmware = powerOn();
        this.update = new FirmwareUpdate(access, thread, link, new Updated());
    }

    private final class Updated implements FirmwareUpdate.Board {
        @Override
        public String type() {
            return capabilities.board();
        }

        @Override
        public String version() {
            return version;
        }

        @Override
        public boolean armed() {
            return firmware.armed();
        }

        @Override
        public void start(String next) {
            version = next;
            startAnew();
        }
    }

    public UUID workspaceId() {
        return access.workspaceId();
    }

    public UUID deviceId() {
        return access.deviceId();
    }

    /** What the board would say about itself now. */
    public Status status() {
        return thread.ask(this::currentStatus);
    }

    /** The same, on the board's thread. */
    Status currentStatus() {
        return new Status(boot, firmware.phase(), firmware.armed(), link.connected(), version);
    }

    /** Tells a listener of every change between ready and stopped, on the board's thread. */
    public void onPhase(Consumer<BoardState.Phase> listener) {
        phaseListeners.add(listener);
    }

    /** A message came; on the board's thread. */
    void received(String topic, byte[] body, boolean retained, long nanoTime) {
        if (topic.equals(Topics.firmware(access.workspaceId(), access.deviceId()))) {
            update.received(body, retained);
            return;
        }
        telling(() -> firmware.received(topic, body, retained, localMs(nanoTime)));
    }

    private void telling(Runnable change) {
        var before = firmware.phase();
        if (telling) {
            change.run();
            return;
        }
        telling = true;
        try {
            change.run();
        } finally {
            telling = false;
        }
        var now = firmware.phase();
        if (now != before) {
            phaseListeners.forEach(listener -> listener.accept(now));
        }
    }

    /** Completes when the board was connected and subscribed for the first time. */
    public CompletableFuture<Void> ready() {
        return link.ready();
    }

    /** Cuts the power and starts again: a new boot that remembers nothing. */
    public void reboot() {
        thread.execute(() -> {
            update.cutPower();
            startAnew();
        });
    }

    /** Presses the board's own stop button, which stays down, over reboots too. */
    public void pressStop() {
        thread.execute(() -> {
            stopPressed = true;
            telling(firmware::pressStop);
        });
    }

    /** Lets the stop button go: the board stays stopped until somebody arms it. */
    public void releaseStop() {
        thread.execute(() -> {
            stopPressed = false;
            firmware.releaseStop();
        });
    }

    private void startAnew() {
        firmware.cutPower();
        link.drop(REBOOT_MS);
        boot++;
        firmware = powerOn();
        if (stopPressed) {
            firmware.pressStop();
        }
    }

    /**
     * Lets it accept firmware that is signed with the private key of this Ed25519 key, 32 bytes.
     */
    public void trust(byte[] publicKey) {
        thread.execute(() -> update.trust(publicKey));
    }

    /** The next firmware will not pass its own test: the board goes back to the present one. */
    public void failNextSelfTest() {
        thread.execute(update::failSelfTest);
    }

    /** The connection is there and the board hears what the hub says. */
    void subscribed() {
        firmware.subscribed();
        update.subscribed();
    }

    /** Loses the connection and tries again after a while. */
    public void dropConnection(Duration away) {
        thread.execute(() -> link.drop(away.toMillis()));
    }

    /** From now on the board says that it is well that often, not every 15 s. */
    public void heartbeatEvery(Duration period) {
        thread.execute(() -> firmware.heartbeatEvery(period.toMillis()));
    }

    /** From now on every message arrives that much later; zero ends it. */
    public void delayDelivery(Duration delay) {
        link.delay(delay.toMillis());
    }

    /** Whether every command arrives twice from now on. */
    public void duplicateDelivery(boolean on) {
        link.duplicate(on);
    }

    /** Lets the last command arrive once more. */
    public void repeatLastCommand() {
        thread.execute(link::repeatLastCommand);
    }

    /** Sets the board's own clock forward or, which no sound board does, back. */
    public void skewClock(Duration by) {
        thread.execute(() -> skewMs += by.toMillis());
    }

    /** The firmware of the current boot; on the board's thread. */
    Firmware firmware() {
        return firmware;
    }

    void start() {
        thread.execute(link::connect);
    }

    /** Cuts the power for good. */
    CompletableFuture<Void> close() {
        var gone = new CompletableFuture<Void>();
        thread.execute(() -> {
            firmware.cutPower();
            var _ = link.close().whenComplete((_, _) -> gone.complete(null));
        });
        return gone;
    }

    private Firmware powerOn() {
        bootNanos = System.nanoTime();
        return new Firmware(
                access,
                boot,
                describe(),
                this::localMs,
                thread,
                (actuator, on, commandId) ->
                        recorder.edge(access.deviceId(), actuator, on, commandId),
                link);
    }

    private Capabilities describe() {
        return new Capabilities(
                capabilities.v(),
                version,
                capabilities.board(),
                capabilities.limits(),
                capabilities.commands());
    }

    /** Milliseconds since boot, as the board's own clock counts them. */
    private long localMs() {
        return localMs(System.nanoTime());
    }

    private long localMs(long nanoTime) {
        return (nanoTime - bootNanos) / 1_000_000 + skewMs;
    }

    /**
     * How a board is.
     *
     * @param boot grows at each start
     * @param armed whether a lease runs
     * @param version of its firmware
     */
    public record Status(
            long boot, BoardState.Phase phase, boolean armed, boolean connected, String version) {}
}
