package io.streamwire.virtualboard;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
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
 * Judges boards, and the hub behind them, from outside: it sees every edge of their pins, and by
 * its own tap every message on their wire, and counts what should never happen. It shares no code
 * with the boards and reads the messages by itself. One recorder may watch any number of boards,
 * also over their reboots.
 *
 * <p>Each watched device is guarded by its own lock. Listeners run on the threads of the boards and
 * must not block.
 */
public final class PinRecorder {

    /**
     * How late a board may be, ms. It knows the hub's clock only by messages, and lags by what the
     * fastest one of the last half minute took: on Wi-Fi at most the 102 ms that a radio sleeps
     * from one beacon to the next. The rest is for the moment between its look at the clock and the
     * edge, on a machine that does other things, too.
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
    private final AtomicLong outside = new AtomicLong();

    /** What should never happen; from {@code OUT_OF_RANGE} on it is outside of the envelope. */
    public enum Offence {
        /** The command had switched on before. */
        DUPLICATE,
        /** After the command's last moment to switch on. */
        STALE,
        /** Without a lease, or for a command from before the last stop or arming. */
        UNARMED,
        /** Nobody sent such a command. */
        UNASKED,
        /** With an argument that the command does not have, or not so. */
        OUT_OF_RANGE,
        /** On for longer than the output may be. */
        TOO_LONG,
        /** Before the shortest gap since the last pulse was over. */
        TOO_SOON,
        /** On for more of a minute than the output may be. */
        OVER_DUTY,
        /** While it was on already, or another output of its interlock group. */
        TOGETHER
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
     * @param left when it left the hub, as it says, ms since the epoch
     * @param traceparent W3C traceparent, as sent
     */
    public record Reception(
            UUID deviceId,
            UUID commandId,
            String command,
            long left,
            @Nullable String traceparent,
            long nanoTime,
            Instant time) {}

    public record Violation(Offence offence, Edge edge, String detail) {}

    /**
     * How much of everything there was.
     *
     * @param commands different commands that were received
     * @param repetitions commands that were received again
     * @param outside of the envelope
     */
    public record Totals(
            long commands,
            long repetitions,
            long switchedOn,
            long switchedOff,
            long duplicates,
            long stale,
            long unarmed,
            long unasked,
            long outside) {

        public long violations() {
            return duplicates + stale + unarmed + unasked + outside;
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
                unasked.get(),
                outside.get());
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
        if (topic.endsWith("/down/config")) {
            watched(deviceId).configured(message, nanoTime);
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
                        message.path("iat").asLong(),
                        message.path("tp").textValue(),
                        nanoTime,
                        Instant.now());
        commandListeners.forEach(listener -> listener.accept(reception));
    }

    /** A device says what it can do. */
    void described(UUID deviceId, byte[] document) {
        try {
            watched(deviceId).described(Json.mapper().readTree(document), System.nanoTime());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
            watched(deviceId).ended(edge).forEach(this::count);
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
            case OUT_OF_RANGE, TOO_LONG, TOO_SOON, OVER_DUTY, TOGETHER -> outside.incrementAndGet();
        }
        synchronized (violations) {
            if (violations.size() < MAX_KEPT) {
                violations.add(violation);
            }
        }
    }

    /** All that is known about one device; guarded by its own lock. */
    private static final class Watched {

        private final SafetyWatch safety = new SafetyWatch();
        private final EnvelopeWatch envelope = new EnvelopeWatch();

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
                            message.path("args"),
                            nanoTime));
            return true;
        }

        synchronized void described(JsonNode document, long nanoTime) {
            envelope.described(document, nanoTime);
        }

        synchronized void configured(JsonNode config, long nanoTime) {
            envelope.configured(config, nanoTime);
        }

        synchronized void safety(
                boolean forAll, JsonNode message, boolean retained, long nanoTime) {
            safety.said(forAll, message, retained, nanoTime);
        }

        synchronized void disconnected(long nanoTime) {
            safety.disconnected(nanoTime);
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
            var since = edge.nanoTime() - TOLERANCE_MS * NANOS_PER_MS;
            safety.against(command.epoch, since)
                    .ifPresent(why -> found.add(new Violation(Offence.UNARMED, edge, why)));
            envelope.on(edge.commandId(), edge.actuator(), command.args, edge.nanoTime())
                    .forEach(finding -> found.add(violation(finding, edge)));
            return found;
        }

        /** An output went off. */
        synchronized List<Violation> ended(Edge edge) {
            return envelope.off(edge.commandId(), edge.nanoTime()).stream()
                    .map(finding -> violation(finding, edge))
                    .toList();
        }

        private static Violation violation(EnvelopeWatch.Finding finding, Edge edge) {
            return new Violation(finding.offence(), edge, finding.detail());
        }
    }

    /** A command on the wire. */
    private static final class Sent {
        private final long exp;
        private final long epoch;
        private final JsonNode args;
        private final long nanoTime;
        private boolean switchedOn;

        Sent(long exp, long epoch, JsonNode args, long nanoTime) {
            this.exp = exp;
            this.epoch = epoch;
            this.args = args;
            this.nanoTime = nanoTime;
        }
    }
}
