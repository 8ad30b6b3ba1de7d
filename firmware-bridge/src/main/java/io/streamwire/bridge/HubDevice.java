package io.streamwire.bridge;

import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.BoardState.Phase;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.CommandMessage;
import io.streamwire.contract.mqtt.DeviceConfig;
import io.streamwire.contract.mqtt.Envelope;
import io.streamwire.contract.mqtt.Ota;
import io.streamwire.contract.mqtt.OtaReport;
import io.streamwire.contract.mqtt.Safety;
import io.streamwire.contract.mqtt.Telemetry;
import io.streamwire.contract.mqtt.Topics;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One device of the hub that this bridge speaks for: itself, or a board. Says what the board's
 * firmware would say, and lets nothing move that it would not. Confined to the bridge's thread.
 *
 * <pre>
 *   lost --attach--> ready <--arm, stop--> stopped
 *     ^                |                      |
 *     +----------------+------- detach -------+
 *
 *   Everything is off, and commands are refused: while lost, stopped, without a lease or a hub.
 * </pre>
 */
final class HubDevice implements Lane.Host {

    /** The link to the hub or the board was lost while the command waited or ran. */
    static final String LINK_LOST = "link_lost";

    /** The command came too late to switch on. */
    static final String TOO_LATE = "too_late";

    /** A board on a bridge gets no firmware over MQTT. */
    static final String NOT_SUPPORTED = "not_supported";

    private static final Logger LOG = System.getLogger(HubDevice.class.getName());

    private static final long RESEND_MS = 1_000;

    private final UUID workspace;
    private final UUID id;
    private final Loop loop;
    private final HubClock clock;
    private final HubLine line;
    private final BridgeCounters counters;
    private final SafetyGate gate = new SafetyGate();
    private final CommandMemory memory = new CommandMemory();
    private final Map<String, Lane> lanes = new HashMap<>();

    /** The latest acknowledgement of each command that the broker does not have yet. */
    private final Map<UUID, Ack> unacknowledged = new LinkedHashMap<>();

    private @Nullable Board board;
    private @Nullable Capabilities capabilities;
    private @Nullable DeviceConfig config;
    private Envelope envelope =
            Envelope.compile(
                    new Capabilities(1, "", "", Capabilities.LimitsBy.BOARD, List.of()), Map.of());
    private Phase phase = Phase.LOST;
    private long boot;
    private long attachedAt;
    private boolean online;
    private boolean resending;
    private boolean clearing;

    /** Counts what the stop input did. */
    private long moves;

    private Loop.@Nullable Timer leaseEnd;

    HubDevice(
            UUID workspace,
            UUID id,
            Loop loop,
            HubClock clock,
            HubLine line,
            BridgeCounters counters) {
        this.workspace = workspace;
        this.id = id;
        this.loop = loop;
        this.clock = clock;
        this.line = line;
        this.counters = counters;
    }

    UUID id() {
        return id;
    }

    String downFilter() {
        return Topics.downFilter(workspace, id);
    }

    boolean attached() {
        return board != null;
    }

    boolean armed() {
        return board != null && gate.armed(loop.millis());
    }

    Phase phase() {
        return phase;
    }

    long boot() {
        return boot;
    }

    String envelopeHash() {
        return envelope.hash();
    }

    @Nullable Capabilities capabilities() {
        return capabilities;
    }

    // The board.

    /**
     * A session with its board has begun.
     *
     * @param session a new boot, for the hub
     * @param latched whether the board has stopped by itself
     */
    void attach(Board fresh, long session, boolean latched) {
        board = fresh;
        boot = session;
        attachedAt = loop.millis();
        memory.forget();
        clearing = false;
        capabilities = fresh.capabilities();
        compile();
        if (latched) {
            gate.latch(hubNow());
        }
        phase = gate.stopped() ? Phase.STOPPED : Phase.READY;
        if (online) {
            describe();
            publishState();
        }
        keepLimits();
        arm();
    }

    /** The session is over. */
    void detach() {
        if (board == null) {
            return;
        }
        board = null;
        cancelLeaseEnd();
        abortLanes(LINK_LOST);
        phase = Phase.LOST;
        publishState();
    }

    /** What it can do has changed: a bridge has found other boards. */
    void describe(Capabilities changed) {
        if (!changed.equals(capabilities)) {
            capabilities = changed;
            if (online) {
                describe();
            }
        }
    }

    /** The board says that it has stopped by itself, which may be known. */
    void stoppedByItself() {
        if (!gate.latched() || phase != Phase.STOPPED) {
            stopInputMoved();
        }
    }

    /** Its stop input has opened or closed: what was armed before that no longer counts. */
    void stopInputMoved() {
        moves++;
        var known = gate.latched() && phase == Phase.STOPPED;
        gate.latch(hubNow());
        if (!known) {
            abortLanes(Ack.STOPPED);
            phase = Phase.STOPPED;
            publishState();
        }
    }

    /** The board has disarmed itself, although the lease may hold. */
    void disarmedByItself() {
        arm();
    }

    // The line to the hub.

    /** What the hub says to this device is heard from now on. */
    void granted() {
        online = true;
        if (board != null) {
            describe();
        }
        publishState();
        var known = config;
        if (known != null && board != null) {
            echo(known);
        }
        sendUnacknowledged();
    }

    /** The hub cannot be heard any more: everything off. */
    void offline() {
        online = false;
        gate.dropLeases();
        cancelLeaseEnd();
        off(LINK_LOST, () -> {});
    }

    /** A message on one of the device's own topics. */
    void received(String name, byte[] body, boolean retained) {
        if (body.length == 0) {
            return; // only clears what was retained
        }
        try {
            switch (name) {
                case "cmd" -> command(body, retained);
                case "safety" ->
                        obey(SafetyGate.Source.OWN, Json.read(body, Safety.class), retained);
                case "config" -> configure(Json.read(body, DeviceConfig.class));
                case "ota" -> refuse(Json.read(body, Ota.class));
                default -> {}
            }
        } catch (Json.MalformedJson e) {
            counters.malformed();
            LOG.log(Level.DEBUG, "device={0} message={1} status=malformed", id, name);
        }
    }

    private void refuse(Ota ota) {
        publish(
                Topics.firmwareReport(workspace, id),
                OtaReport.failed(ota.version(), NOT_SUPPORTED),
                false);
    }

    // Safety.

    /** Somebody arms or stops. */
    void obey(SafetyGate.Source source, Safety safety, boolean retained) {
        var now = loop.millis();
        if (!retained) {
            clock.heard(safety.now(), now);
        }
        var epoch = gate.epoch();
        gate.obey(source, safety, retained, now);
        if (gate.armed(now)) {
            arm();
        } else if (gate.mayUnlatch(now)) {
            clear();
        } else {
            var asked = !safety.armed() && !retained;
            var changed = gate.epoch() != epoch;
            off(gate.stopped() ? Ack.STOPPED : Ack.LEASE_LAPSED, () -> settle(changed || asked));
            return;
        }
        settle(gate.epoch() != epoch);
    }

    /** Says how it stands when that has changed. */
    private void settle(boolean changed) {
        if (board == null) {
            return;
        }
        var before = phase;
        phase = gate.stopped() ? Phase.STOPPED : Phase.READY;
        if (changed || phase != before) {
            publishState();
        }
    }

    /** Lets the board move for as long as the lease holds. */
    private void arm() {
        var now = loop.millis();
        if (board == null || !gate.armed(now)) {
            return;
        }
        board.arm(gate.leaseEnd() - now);
        cancelLeaseEnd();
        leaseEnd = loop.after(gate.leaseEnd() - now, this::lapse);
    }

    private void lapse() {
        if (!gate.armed(loop.millis())) {
            off(gate.stopped() ? Ack.STOPPED : Ack.LEASE_LAPSED, () -> {});
        } else {
            arm();
        }
    }

    private void cancelLeaseEnd() {
        if (leaseEnd != null) {
            leaseEnd.cancel();
            leaseEnd = null;
        }
    }

    private void clear() {
        if (board == null || clearing) {
            return;
        }
        clearing = true;
        var of = boot;
        var before = moves;
        board.clear(ended -> {
            clearing = false;
            if (boot != of) {
                return;
            }
            if (ended && moves == before) {
                gate.unlatch();
                arm();
            } else {
                gate.latch(hubNow());
            }
            settle(true);
        });
    }

    /** Everything off; then, when the board has said so, the rest. */
    private void off(String why, Runnable then) {
        var of = board;
        if (of == null) {
            then.run();
            return;
        }
        abortLanes(why);
        of.stop(then);
    }

    private void abortLanes(String why) {
        lanes.values().forEach(lane -> lane.abort(why));
    }

    // Commands.

    private void command(byte[] body, boolean retained) {
        if (retained || body.length > CommandMessage.MAX_BYTES) {
            counters.malformed();
            return;
        }
        var command = Json.read(body, CommandMessage.class);
        if (isMissing(command.id()) || isMissing(command.cmd())) {
            counters.malformed();
            return;
        }
        counters.command();
        var now = loop.millis();
        clock.heard(command.iat(), now);
        var original = memory.of(command.id()).orElse(null);
        if (original != null) {
            send(
                    new Ack(
                            command.id(),
                            Ack.Status.DUPLICATE,
                            original.toString(),
                            new Ack.Times(hub(now), null, null),
                            envelope.hash()));
            return;
        }
        var pulse = new Lane.Pulse(command, now);
        var refusal = refusal(command);
        if (refusal != null) {
            acknowledge(pulse, refusal.status(), refusal.why());
            return;
        }
        var lane = lane(command.cmd());
        if (lane.full()) {
            acknowledge(pulse, Ack.Status.REJECTED, Ack.BUSY);
            return;
        }
        memory.remember(command.id(), Ack.Status.ACCEPTED);
        if (lane.add(pulse)) {
            acknowledge(pulse, Ack.Status.ACCEPTED, null);
        }
    }

    private static boolean isMissing(@Nullable Object value) {
        return value == null;
    }

    private Lane lane(String command) {
        var group = envelope.limit(command).map(Envelope.Limit::group).orElse(null);
        return lanes.computeIfAbsent(
                group == null ? command : "group " + group, _ -> new Lane(loop, this));
    }

    @Override
    public Lane.@Nullable Refusal refusal(CommandMessage command) {
        if (board == null || command.boot() != boot) {
            return new Lane.Refusal(Ack.Status.REJECTED, Ack.REBOOTED);
        }
        if (!online || !gate.armed(loop.millis())) {
            return new Lane.Refusal(Ack.Status.REJECTED, Ack.NOT_ARMED);
        }
        if (command.epoch() < gate.epoch()) {
            return new Lane.Refusal(Ack.Status.REJECTED, Ack.STALE_EPOCH);
        }
        var limit = limit(command.cmd());
        if (limit == null) {
            return new Lane.Refusal(Ack.Status.REJECTED, Ack.UNKNOWN_COMMAND);
        }
        if (limit.violation(command.args()).isPresent()) {
            return new Lane.Refusal(Ack.Status.REJECTED, Ack.OUT_OF_RANGE);
        }
        var now = hubNow();
        if (now == null) {
            return new Lane.Refusal(Ack.Status.REJECTED, Ack.CLOCK_UNKNOWN);
        }
        if (now > command.exp()) {
            return new Lane.Refusal(Ack.Status.EXPIRED, TOO_LATE);
        }
        return null;
    }

    @Override
    public Envelope.@Nullable Limit limit(String command) {
        return envelope.limit(command).orElse(null);
    }

    @Override
    public long notAfter(CommandMessage command) {
        var now = loop.millis();
        var hub = clock.at(now);
        return hub.isPresent() ? now + command.exp() - hub.getAsLong() : now;
    }

    @Override
    public void move(Movement movement) {
        if (board == null) {
            movement.progress().refused(Ack.Status.REJECTED, Ack.REBOOTED);
            return;
        }
        board.move(movement);
    }

    // Limits.

    private void configure(DeviceConfig desired) {
        if (config != null && desired.v() < config.v()) {
            return;
        }
        config = desired;
        if (board == null) {
            return;
        }
        compile();
        keepLimits();
    }

    private void compile() {
        if (capabilities != null) {
            envelope = Envelope.compile(capabilities, config == null ? Map.of() : config.limits());
        }
    }

    /** The echo says that the board keeps them, too. */
    private void keepLimits() {
        var of = boot;
        var kept = config;
        if (board != null) {
            board.keep(
                    envelope,
                    () -> {
                        if (boot == of && kept != null && kept.equals(config) && online) {
                            echo(kept);
                            publishState();
                        }
                    });
        }
    }

    private void echo(DeviceConfig kept) {
        publish(
                Topics.reportedConfig(workspace, id),
                new DeviceConfig(kept.v(), envelope.hash(), kept.limits()),
                true);
    }

    // What it says.

    BoardState state(Phase as) {
        return new BoardState(
                as,
                boot,
                gate.epoch(),
                capabilities == null ? null : capabilities.fw(),
                envelope.hash(),
                gate.latched() ? BoardState.HARDWARE : null);
    }

    private void publishState() {
        publish(Topics.state(workspace, id), state(phase), true);
    }

    private void describe() {
        if (capabilities != null) {
            publish(Topics.describe(workspace, id), capabilities, true);
        }
    }

    private void publish(String topic, Object body, boolean retained) {
        if (online) {
            line.publish(topic, Json.writeBytes(body), retained, _ -> {});
        }
    }

    /** Says that it is well, and what was measured. */
    void heartbeat(Map<String, Double> measured) {
        if (!online || board == null) {
            return;
        }
        var now = loop.millis();
        var values = new HashMap<>(measured);
        values.put("uptime_s", (now - attachedAt) / 1_000.0);
        line.publish(
                Topics.telemetry(workspace, id),
                Json.writeBytes(new Telemetry(List.of(new Telemetry.Sample(hub(now), values)))));
    }

    @Override
    public void acknowledge(Lane.Pulse pulse, Ack.Status status, @Nullable String why) {
        memory.remember(pulse.command().id(), status);
        counters.acknowledged(status);
        send(
                new Ack(
                        pulse.command().id(),
                        status,
                        why,
                        new Ack.Times(hub(pulse.receivedAt()), hub(pulse.on()), hub(pulse.off())),
                        envelope.hash()));
    }

    private void send(Ack ack) {
        if (ack.st() == Ack.Status.DUPLICATE) {
            unacknowledged.putIfAbsent(ack.id(), ack);
        } else {
            unacknowledged.remove(ack.id());
            unacknowledged.put(ack.id(), ack);
        }
        if (unacknowledged.size() > CommandMemory.SIZE) {
            unacknowledged.remove(unacknowledged.keySet().iterator().next());
        }
        if (online) {
            transmit(ack);
        }
    }

    private void sendUnacknowledged() {
        resending = false;
        if (online) {
            List.copyOf(unacknowledged.values()).forEach(this::transmit);
        }
    }

    private void transmit(Ack ack) {
        line.publish(
                Topics.ack(workspace, id),
                Json.writeBytes(ack),
                false,
                taken -> {
                    if (taken) {
                        unacknowledged.remove(ack.id(), ack);
                    } else if (online && !resending) {
                        resending = true;
                        loop.after(RESEND_MS, this::sendUnacknowledged);
                    }
                });
    }

    /** It is no longer this bridge's: off, and no word more. */
    void release() {
        online = false;
        off(Ack.STOPPED, () -> {});
        gate.dropLeases();
        cancelLeaseEnd();
        board = null;
    }

    /** The bridge ends: off, and said so while there is a line. */
    void end() {
        off(LINK_LOST, () -> {});
        gate.dropLeases();
        cancelLeaseEnd();
        phase = Phase.LOST;
        publishState();
        board = null;
    }

    // Time.

    private @Nullable Long hubNow() {
        return hub(loop.millis());
    }

    private @Nullable Long hub(@Nullable Long local) {
        if (local == null) {
            return null;
        }
        var at = clock.at(local);
        return at.isPresent() ? at.getAsLong() : null;
    }
}
