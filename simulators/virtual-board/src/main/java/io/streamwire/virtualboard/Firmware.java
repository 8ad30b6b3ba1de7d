package io.streamwire.virtualboard;

import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.BoardState.Phase;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.CommandMessage;
import io.streamwire.contract.mqtt.DeviceConfig;
import io.streamwire.contract.mqtt.Envelope;
import io.streamwire.contract.mqtt.Safety;
import io.streamwire.contract.mqtt.Telemetry;
import io.streamwire.contract.mqtt.Topics;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a board does between two starts, exactly as the firmware does it. It knows no clock but its
 * own and nothing of MQTT but messages. Confined to the board's thread.
 *
 * <pre>
 *           subscribed            stop (higher epoch, or a tie)
 *   init --------------> ready ------------------------------> stopped
 *                          ^                                      |
 *                          +--------------------------------------+
 *                                    arm (higher epoch)
 *
 *   Its own stop button does the same as a stop, and holds until an arm that comes after its release.
 *
 *   Moves only while a lease runs. Safe, and every command aborted, at: stop, lapsed lease, lost link.
 * </pre>
 */
final class Firmware {

    /** The firmware that a board is made with. */
    static final String VERSION = "1.0.0";

    /** The link to the hub was lost while the command waited or ran. */
    static final String LINK_LOST = "link_lost";

    /** The command came too late to switch on. */
    static final String TOO_LATE = "too_late";

    private static final System.Logger LOG = System.getLogger(Firmware.class.getName());

    /** How long a refused acknowledgement waits before it is sent again, ms. */
    private static final long RETRY_MS = 1_000;

    /** What a board keeps that leaves all limits to the hub. */
    private static final Envelope.Limit NO_LIMIT =
            new Envelope.Limit(Map.of(), null, 100, 60_000, 0);

    /** How often it says that it is well, ms. */
    static final long HEARTBEAT_MS = 15_000;

    private final BoardAccess access;
    private final long boot;
    private final Capabilities capabilities;
    private final LongSupplier localMs;
    private final BoardThread thread;
    private final Pins pins;
    private final Uplink uplink;
    private final BoardClock clock = new BoardClock();
    private final SafetyGate gate = new SafetyGate();
    private final CommandRing ring = new CommandRing();
    private final Map<String, Lane> lanes = new HashMap<>();

    /** The latest acknowledgement of each command that the broker has not taken yet. */
    private final Map<UUID, Ack> unacknowledged = new LinkedHashMap<>();

    private Phase phase = Phase.INIT;
    private @Nullable DeviceConfig config;
    private Envelope envelope;
    private boolean online;
    private boolean retrying;
    private boolean powered = true;
    private long heartbeatMs = HEARTBEAT_MS;
    private BoardThread.@Nullable Timer heartbeat;

    Firmware(
            BoardAccess access,
            long boot,
            Capabilities capabilities,
            LongSupplier localMs,
            BoardThread thread,
            Pins pins,
            Uplink uplink) {
        this.access = access;
        this.boot = boot;
        this.capabilities = capabilities;
        this.localMs = localMs;
        this.thread = thread;
        this.pins = pins;
        this.uplink = uplink;
        this.envelope = Envelope.compile(capabilities, Map.of());
    }

    /** Where messages to the hub go. */
    interface Uplink {

        /** Publishes with QoS 1; {@code taken} says on the board's thread whether it arrived. */
        void publish(String topic, Object body, boolean retain, Taken taken);

        /** Publishes with QoS 0. */
        void publish(String topic, Object body);

        /** Hands over at once, out of turn, what has come on the safety topics and waits. */
        void heedSafety();
    }

    /** Whether the broker took a message. */
    interface Taken {
        void by(boolean broker);
    }

    /** Why a command may not switch on. */
    record Refusal(Ack.Status status, String why) {}

    // What the link tells it.

    void connected() {
        if (phase == Phase.INIT) {
            publishState();
        }
        publish(Topics.describe(access.workspaceId(), access.deviceId()), capabilities);
    }

    void subscribed() {
        online = true;
        phase = gate.stopped() ? Phase.STOPPED : Phase.READY;
        publishState();
        var known = config;
        if (known != null) {
            echo(known);
        }
        sendUnacknowledged();
        if (heartbeat == null) {
            // Boards of a fleet do not all beat at once.
            beatAfter(Math.floorMod(access.deviceId().hashCode(), heartbeatMs));
        }
    }

    /** From now on it says that it is well that often, ms. */
    void heartbeatEvery(long ms) {
        heartbeatMs = ms;
        if (heartbeat != null) {
            heartbeat.cancel();
        }
        beatAfter(0);
    }

    private void beatAfter(long ms) {
        heartbeat = thread.schedule(this::beat, ms);
    }

    private void beat() {
        if (!powered) {
            return;
        }
        if (online) {
            var sample = new Telemetry.Sample(now(), Map.of("uptime_s", local() / 1_000.0));
            uplink.publish(
                    Topics.telemetry(access.workspaceId(), access.deviceId()),
                    new Telemetry(List.of(sample)));
        }
        beatAfter(heartbeatMs);
    }

    void disconnected() {
        online = false;
        gate.dropLeases();
        abort(LINK_LOST);
    }

    /**
     * A message came.
     *
     * @param at when, in the board's own ms; later is now, on a board that was busy
     */
    void received(String topic, byte[] body, boolean retained, long at) {
        if (!powered) {
            return;
        }
        try {
            if (topic.equals(Topics.command(access.workspaceId(), access.deviceId()))) {
                command(body, retained, at);
            } else if (topic.equals(Topics.safety(access.workspaceId(), access.deviceId()))) {
                safety(SafetyGate.Scope.OWN, Json.read(body, Safety.class), retained, at);
            } else if (topic.equals(Topics.safety(access.workspaceId()))) {
                safety(SafetyGate.Scope.WORKSPACE, Json.read(body, Safety.class), retained, at);
            } else if (topic.equals(
                    Topics.desiredConfig(access.workspaceId(), access.deviceId()))) {
                configure(Json.read(body, DeviceConfig.class));
            }
        } catch (Json.MalformedJson e) {
            LOG.log(
                    Level.DEBUG,
                    "message device={0} topic={1} status=malformed",
                    access.deviceId(),
                    topic);
        }
    }

    /** The stop button: everything off at once, whatever the hub says. */
    void pressStop() {
        gate.press();
        abort(Ack.STOPPED);
        if (phase != Phase.INIT) {
            phase = Phase.STOPPED;
            publishState();
        }
    }

    /** The stop stays until somebody arms. */
    void releaseStop() {
        gate.release(clock.now(local()));
    }

    /** The power goes: outputs off, everything forgotten. */
    void cutPower() {
        powered = false;
        online = false;
        if (heartbeat != null) {
            heartbeat.cancel();
        }
        lanes.values().forEach(Lane::cutPower);
    }

    // Commands.

    private void command(byte[] body, boolean retained, long at) {
        if (retained || body.length > CommandMessage.MAX_BYTES) {
            return;
        }
        var command = Json.read(body, CommandMessage.class);
        if (command.id() == null || command.cmd() == null) {
            return;
        }
        clock.observe(command.iat(), at);
        var received = time(at);
        var original = ring.status(command.id()).orElse(null);
        if (original != null) {
            send(
                    new Ack(
                            command.id(),
                            Ack.Status.DUPLICATE,
                            original.toString(),
                            new Ack.Times(received, null, null),
                            envelope.hash()));
            return;
        }
        var pulse = new Lane.Pulse(command, received);
        var refusal = refusal(command);
        if (refusal != null) {
            acknowledge(pulse, refusal.status(), refusal.why());
            return;
        }
        var lane = lane(command);
        if (lane.full()) {
            acknowledge(pulse, Ack.Status.REJECTED, Ack.BUSY);
            return;
        }
        ring.put(pulse.id(), Ack.Status.ACCEPTED);
        if (!lane.add(pulse)) {
            acknowledge(pulse, Ack.Status.ACCEPTED, null);
        }
    }

    /**
     * Why a command may not switch on now; null when it may. Asked on arrival and at its turn. A
     * board that was busy looks first whether it was stopped meanwhile.
     */
    @Nullable Refusal refusal(CommandMessage command) {
        uplink.heedSafety();
        if (command.boot() != boot) {
            return new Refusal(Ack.Status.REJECTED, Ack.REBOOTED);
        }
        if (!gate.armed(local())) {
            return new Refusal(Ack.Status.REJECTED, Ack.NOT_ARMED);
        }
        if (command.epoch() < gate.epoch()) {
            return new Refusal(Ack.Status.REJECTED, Ack.STALE_EPOCH);
        }
        var limit = limit(command.cmd());
        if (limit == null) {
            return new Refusal(Ack.Status.REJECTED, Ack.UNKNOWN_COMMAND);
        }
        if (keepsLimits() && limit.violation(command.args()).isPresent()) {
            return new Refusal(Ack.Status.REJECTED, Ack.OUT_OF_RANGE);
        }
        var now = now();
        if (now == null) {
            return new Refusal(Ack.Status.REJECTED, Ack.CLOCK_UNKNOWN);
        }
        if (now > command.exp()) {
            return new Refusal(Ack.Status.EXPIRED, TOO_LATE);
        }
        return null;
    }

    private boolean keepsLimits() {
        return capabilities.limits() == Capabilities.LimitsBy.BOARD;
    }

    Envelope.@Nullable Limit limit(String command) {
        return keepsLimits() ? envelope.limit(command).orElse(null) : NO_LIMIT;
    }

    private Lane lane(CommandMessage command) {
        if (!keepsLimits()) {
            lanes.values().removeIf(Lane::idle);
            return lanes.computeIfAbsent(command.id().toString(), _ -> new Lane(this));
        }
        var limit = limit(command.cmd());
        var group = limit == null ? null : limit.group();
        return lanes.computeIfAbsent(group == null ? command.cmd() : group, _ -> new Lane(this));
    }

    private void abort(String why) {
        lanes.values().forEach(lane -> lane.abort(why));
    }

    // Safety and configuration.

    private void safety(SafetyGate.Scope scope, Safety safety, boolean retained, long at) {
        var epoch = gate.epoch();
        var before = phase;
        if (!retained) {
            clock.observe(safety.now(), at);
        }
        gate.obey(scope, safety, retained, at);
        if (!gate.armed(local())) {
            abort(gate.stopped() ? Ack.STOPPED : Ack.LEASE_LAPSED);
        } else {
            watchLease();
        }
        if (phase != Phase.INIT) {
            phase = gate.stopped() ? Phase.STOPPED : Phase.READY;
        }
        if (gate.epoch() != epoch || phase != before || (!safety.armed() && !retained)) {
            publishState();
        }
    }

    private void watchLease() {
        thread.schedule(
                () -> {
                    if (powered && !gate.armed(local())) {
                        abort(gate.stopped() ? Ack.STOPPED : Ack.LEASE_LAPSED);
                    }
                },
                gate.leaseEnd() - local());
    }

    private void configure(DeviceConfig desired) {
        if (config != null && desired.v() < config.v()) {
            return;
        }
        config = desired;
        envelope = Envelope.compile(capabilities, desired.limits());
        echo(desired);
        publishState();
    }

    /** Says which limits are in force, with the hash of what the board made of them. */
    private void echo(DeviceConfig desired) {
        publish(
                Topics.reportedConfig(access.workspaceId(), access.deviceId()),
                new DeviceConfig(desired.v(), envelope.hash(), desired.limits()));
    }

    // What it says.

    BoardState state(Phase as) {
        return new BoardState(
                as,
                boot,
                gate.epoch(),
                capabilities.fw(),
                envelope.hash(),
                gate.latched() ? BoardState.HARDWARE : null);
    }

    Phase phase() {
        return phase;
    }

    boolean armed() {
        return gate.armed(local());
    }

    void acknowledge(Lane.Pulse pulse, Ack.Status status, @Nullable String why) {
        ring.put(pulse.id(), status);
        send(new Ack(pulse.id(), status, why, pulse.times(), envelope.hash()));
    }

    private void send(Ack ack) {
        if (ack.st() == Ack.Status.DUPLICATE) {
            unacknowledged.putIfAbsent(ack.id(), ack);
        } else {
            unacknowledged.remove(ack.id());
            unacknowledged.put(ack.id(), ack);
        }
        if (unacknowledged.size() > CommandRing.SIZE) {
            unacknowledged.remove(unacknowledged.keySet().iterator().next());
        }
        if (online) {
            transmit(ack);
        }
    }

    private void sendUnacknowledged() {
        if (online) {
            List.copyOf(unacknowledged.values()).forEach(this::transmit);
        }
    }

    private void transmit(Ack ack) {
        uplink.publish(
                Topics.ack(access.workspaceId(), access.deviceId()),
                ack,
                false,
                taken -> {
                    if (taken) {
                        unacknowledged.remove(ack.id(), ack);
                    } else if (online && !retrying) {
                        retrying = true;
                        thread.schedule(this::retry, RETRY_MS);
                    }
                });
    }

    private void retry() {
        retrying = false;
        sendUnacknowledged();
    }

    private void publishState() {
        publish(Topics.state(access.workspaceId(), access.deviceId()), state(phase));
    }

    private void publish(String topic, Object body) {
        uplink.publish(topic, body, true, _ -> {});
    }

    // What its lanes use.

    long local() {
        return localMs.getAsLong();
    }

    /** The hub's clock as far as the board knows, ms since the epoch. */
    @Nullable Long now() {
        return time(local());
    }

    private @Nullable Long time(long local) {
        var time = clock.now(local);
        return time.isPresent() ? time.getAsLong() : null;
    }

    BoardThread thread() {
        return thread;
    }

    Pins pins() {
        return pins;
    }
}
