package io.streamwire.virtualboard;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Json;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Judges boards from outside: it sees every edge of their pins, and by its own tap every message on
 * their wire, and counts what should never happen. It shares no code with the boards and reads the
 * messages by itself. One recorder may watch any number of boards, also over their reboots.
 *
 * <p>Each watched device is guarded by its own lock. Listeners run on the threads of the boards and
 * must not block.
 */
public final class PinRecorder {

    /**
     * How late a board may be, ms: its clock lags the hub's by the link's fastest delay, and both
     * need a moment of the processor.
     */
    public static final long TOLERANCE_MS = 250;

    /** Most offences that are kept in full; later ones are counted only. */
    private static final int MAX_KEPT = 100;

    /** Most commands of one device that are remembered. */
    private static final int MAX_COMMANDS = 20_000;

    private static final long NANOS_PER_MS = 1_000_000;

    private final Map<UUID, Watched> devices = new ConcurrentHashMap<>();
    private final List<Consumer<Reception>> commandListeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<Edge>> edgeListeners = new CopyOnWriteArrayList<>();
    private final List<Violation> violations = new ArrayList<>();
    private final AtomicLong commands = new AtomicLong();
    private final AtomicLong repetitions = new AtomicLong();
    private final AtomicLong switchedOn = new AtomicLong();
    private final AtomicLong switchedOff = new AtomicLong();
    private final AtomicLong duplicates = new AtomicLong();
    private final AtomicLong stale = new AtomicLong();
    private final AtomicLong unarmed = new AtomicLong();
    private final AtomicLong unasked = new AtomicLong();

    /** What should never happen when an output goes on. */
    public enum Offence {
        /** The command had switched on before. */
        DUPLICATE,
        /** After the command's last moment to switch on. */
        STALE,
        /** Without a lease, or for a command from before the last stop or arming. */
        UNARMED,
        /** Nobody sent such a command. */
        UNASKED
    }

    /** An output of a device changed. */
    public record Edge(
            UUID deviceId,
            String actuator,
            boolean on,
            UUID commandId,
            long nanoTime,
            Instant time) {}

    /**
     * A command came for the first time.
     *
     * @param traceparent W3C traceparent, as sent
     */
    public record Reception(
            UUID deviceId,
            UUID commandId,
            String command,
            @Nullable String traceparent,
            long nanoTime,
            Instant time) {}

    public record Violation(Offence offence, Edge edge, String detail) {}

    /**
     * How much of everything there was.
     *
     * @param commands different commands that were received
     * @param repetitions commands that were received again
     */
    public record Totals(
            long commands,
            long repetitions,
            long switchedOn,
            long switchedOff,
            long duplicates,
            long stale,
            long unarmed,
            long unasked) {

        public long violations() {
            return duplicates + stale + unarmed + unasked;
        }
    }

    public Totals totals() {
        return new Totals(
                commands.get(),
                repetitions.get(),
                switchedOn.get(),
                switchedOff.get(),
                duplicates.get(),
                stale.get(),
                unarmed.get(),
                unasked.get());
    }

    /** The first offences. */
    public List<Violation> violations() {
        synchronized (violations) {
            return List.copyOf(violations);
        }
    }

    /** When a command came for the first time, {@link System#nanoTime()}. */
    public OptionalLong received(UUID deviceId, UUID commandId) {
        var command = watched(deviceId).command(commandId);
        return command == null ? OptionalLong.empty() : OptionalLong.of(command.nanoTime);
    }

    /** Tells a listener about every new command, from now on. */
    public void onCommand(Consumer<Reception> listener) {
        commandListeners.add(listener);
    }

    /** Tells a listener about every edge, from now on. */
    public void onEdge(Consumer<Edge> listener) {
        edgeListeners.add(listener);
    }

    /** A message came in on a device's wire. */
    void received(UUID deviceId, String topic, byte[] body, boolean retained, long nanoTime) {
        JsonNode message;
        try {
            message = Json.mapper().readTree(body);
        } catch (IOException e) {
            return;
        }
        if (topic.endsWith("/down/safety")) {
            watched(deviceId).safety(topic.contains("/all/"), message, retained, nanoTime);
            return;
        }
        if (!topic.endsWith("/down/cmd")) {
            return;
        }
        UUID commandId;
        try {
            commandId = UUID.fromString(message.path("id").asText());
        } catch (IllegalArgumentException e) {
            return;
        }
        if (!watched(deviceId).command(commandId, message, nanoTime)) {
            repetitions.incrementAndGet();
            return;
        }
        commands.incrementAndGet();
        var reception =
                new Reception(
                        deviceId,
                        commandId,
                        message.path("cmd").asText(),
                        message.path("tp").textValue(),
                        nanoTime,
                        Instant.now());
        commandListeners.forEach(listener -> listener.accept(reception));
    }

    /** A device lost its link, and with it every lease. */
    void disconnected(UUID deviceId) {
        watched(deviceId).disconnected(System.nanoTime());
    }

    /** An output of a device changed. */
    void edge(UUID deviceId, String actuator, boolean on, UUID commandId) {
        var edge = new Edge(deviceId, actuator, on, commandId, System.nanoTime(), Instant.now());
        if (on) {
            switchedOn.incrementAndGet();
            watched(deviceId).judge(edge).forEach(this::count);
        } else {
            switchedOff.incrementAndGet();
        }
        edgeListeners.forEach(listener -> listener.accept(edge));
    }

    private Watched watched(UUID deviceId) {
        return devices.computeIfAbsent(deviceId, _ -> new Watched());
    }

    private void count(Violation violation) {
        switch (violation.offence()) {
            case DUPLICATE -> duplicates.incrementAndGet();
            case STALE -> stale.incrementAndGet();
            case UNARMED -> unarmed.incrementAndGet();
            case UNASKED -> unasked.incrementAndGet();
        }
        synchronized (violations) {
            if (violations.size() < MAX_KEPT) {
                violations.add(violation);
            }
        }
    }

    /** All that is known about one device; guarded by its own lock. */
    private static final class Watched {

        private final SafetyWire own = new SafetyWire();
        private final SafetyWire workspace = new SafetyWire();

        /** The highest epoch on the wire, and since when. */
        private long epoch;

        private long epochSince = Long.MIN_VALUE;

        private final Map<UUID, Sent> sent =
                new LinkedHashMap<>() {
                    @Override
                    protected boolean removeEldestEntry(Map.Entry<UUID, Sent> eldest) {
                        return size() > MAX_COMMANDS;
                    }
                };

        synchronized @Nullable Sent command(UUID commandId) {
            return sent.get(commandId);
        }

        /** Whether it is new. */
        synchronized boolean command(UUID commandId, JsonNode message, long nanoTime) {
            if (sent.containsKey(commandId)) {
                return false;
            }
            sent.put(
                    commandId,
                    new Sent(
                            message.path("exp").asLong(),
                            message.path("epoch").asLong(),
                            nanoTime));
            return true;
        }

        synchronized void safety(
                boolean forAll, JsonNode message, boolean retained, long nanoTime) {
            var wire = forAll ? workspace : own;
            var other = forAll ? own : workspace;
            var sentEpoch = message.path("epoch").asLong();
            if (sentEpoch < wire.epoch) {
                return;
            }
            if (sentEpoch > wire.epoch) {
                wire.epoch = sentEpoch;
                wire.stopped = false;
                wire.end(nanoTime);
            }
            if (sentEpoch > epoch) {
                epoch = sentEpoch;
                epochSince = nanoTime;
                other.end(nanoTime);
            }
            var armed = message.path("armed").asBoolean();
            wire.stopped |= !armed;
            if (sentEpoch < epoch) {
                return;
            }
            if (!armed) {
                wire.end(nanoTime);
                other.end(nanoTime);
                return;
            }
            if (retained || wire.stopped || (other.epoch == epoch && other.stopped)) {
                return;
            }
            var lease = message.path("until").asLong() - message.path("now").asLong();
            wire.leaseEnd = Math.max(wire.leaseEnd, nanoTime + lease * NANOS_PER_MS);
        }

        synchronized void disconnected(long nanoTime) {
            own.end(nanoTime);
            workspace.end(nanoTime);
        }

        synchronized List<Violation> judge(Edge edge) {
            var command = sent.get(edge.commandId());
            if (command == null) {
                return List.of(new Violation(Offence.UNASKED, edge, "never received"));
            }
            var found = new ArrayList<Violation>();
            if (command.switchedOn) {
                found.add(new Violation(Offence.DUPLICATE, edge, "was on before"));
            }
            command.switchedOn = true;
            var late = edge.time().toEpochMilli() - command.exp;
            if (late > TOLERANCE_MS) {
                found.add(new Violation(Offence.STALE, edge, late + " ms after exp"));
            }
            var earliest = edge.nanoTime() - TOLERANCE_MS * NANOS_PER_MS;
            if (Math.max(own.leaseEnd, workspace.leaseEnd) < earliest) {
                found.add(new Violation(Offence.UNARMED, edge, "no lease"));
            } else if (command.epoch < epoch && epochSince < earliest) {
                found.add(
                        new Violation(
                                Offence.UNARMED,
                                edge,
                                "epoch " + command.epoch + " below " + epoch));
            }
            return found;
        }
    }

    /** One of the two safety topics. */
    private static final class SafetyWire {
        private long epoch;
        private boolean stopped;
        private long leaseEnd = Long.MIN_VALUE;

        void end(long nanoTime) {
            leaseEnd = Math.min(leaseEnd, nanoTime);
        }
    }

    /** A command on the wire. */
    private static final class Sent {
        private final long exp;
        private final long epoch;
        private final long nanoTime;
        private boolean switchedOn;

        Sent(long exp, long epoch, long nanoTime) {
            this.exp = exp;
            this.epoch = epoch;
            this.nanoTime = nanoTime;
        }
    }
}
