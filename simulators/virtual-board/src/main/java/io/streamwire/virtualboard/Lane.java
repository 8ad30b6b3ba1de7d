package io.streamwire.virtualboard;

import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.CommandMessage;
import io.streamwire.contract.mqtt.Envelope;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The outputs that are never on at the same time, one after another: an interlock group, or one
 * output alone. Confined to the board's thread.
 *
 * <pre>
 * add -> waiting -> (turn: gap over, Firmware.refusal is empty) -> on -> after ms: off -> next turn
 *            \                    \                                 \
 *             +--------------------+---------------------------------+--> abort
 * </pre>
 */
final class Lane {

    /** Most pulses that wait for their turn. */
    static final int CAPACITY = 16;

    private static final long DUTY_WINDOW_MS = 60_000;
    private static final int PERCENT = 100;

    private final Firmware firmware;
    private final ArrayDeque<Pulse> waiting = new ArrayDeque<>();
    private final Map<String, Output> outputs = new HashMap<>();
    private @Nullable Pulse running;
    private BoardThread.@Nullable Timer timer;

    Lane(Firmware firmware) {
        this.firmware = firmware;
    }

    boolean idle() {
        return running == null && waiting.isEmpty();
    }

    boolean full() {
        return waiting.size() >= CAPACITY;
    }

    /** Takes a pulse in; false when it has to wait for its turn. */
    boolean add(Pulse pulse) {
        waiting.add(pulse);
        turn();
        return !waiting.contains(pulse);
    }

    /** Switches off and forgets what waits. */
    void abort(String why) {
        cancelTimer();
        var pulse = running;
        if (pulse != null) {
            off(pulse);
            firmware.acknowledge(pulse, Ack.Status.ABORTED, why);
        }
        while (!waiting.isEmpty()) {
            firmware.acknowledge(waiting.remove(), Ack.Status.ABORTED, why);
        }
    }

    /** Switches off without a word, as when the power goes. */
    void cutPower() {
        cancelTimer();
        var pulse = running;
        if (pulse != null) {
            off(pulse);
        }
        waiting.clear();
    }

    private void turn() {
        while (running == null && !waiting.isEmpty()) {
            var pulse = waiting.element();
            var command = pulse.command;
            var output = outputs.computeIfAbsent(command.cmd(), _ -> new Output());
            var limit = firmware.limit(command.cmd());
            var gap = limit == null ? 0 : output.gapLeft(limit.minGapMs(), firmware.local());
            if (gap > 0) {
                cancelTimer();
                timer = firmware.thread().schedule(this::turn, gap);
                return;
            }
            waiting.remove();
            var refusal = firmware.refusal(command);
            if (refusal != null || limit == null) {
                firmware.acknowledge(
                        pulse,
                        refusal == null ? Ack.Status.REJECTED : refusal.status(),
                        refusal == null ? Ack.UNKNOWN_COMMAND : refusal.why());
                continue;
            }
            var ms = duration(command, limit);
            if (!output.allows(ms, limit.maxDutyPct(), firmware.local())) {
                firmware.acknowledge(pulse, Ack.Status.REJECTED, Ack.TOO_SOON);
                continue;
            }
            on(pulse, ms);
        }
    }

    private void on(Pulse pulse, long ms) {
        running = pulse;
        pulse.onLocal = firmware.local();
        firmware.pins().set(pulse.command.cmd(), true, pulse.command.id());
        pulse.on = firmware.now();
        timer =
                firmware.thread()
                        .schedule(
                                () -> {
                                    off(pulse);
                                    firmware.acknowledge(pulse, Ack.Status.DONE, null);
                                    turn();
                                },
                                ms);
        firmware.acknowledge(pulse, Ack.Status.STARTED, null);
    }

    private void off(Pulse pulse) {
        firmware.pins().set(pulse.command.cmd(), false, pulse.command.id());
        pulse.off = firmware.now();
        running = null;
        var output = outputs.computeIfAbsent(pulse.command.cmd(), _ -> new Output());
        output.wasOn(pulse.onLocal, firmware.local());
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private static long duration(CommandMessage command, Envelope.Limit limit) {
        var ms = command.args().get(Envelope.DURATION);
        return ms == null ? limit.maxOnMs() : Math.min(ms, limit.maxOnMs());
    }

    /** One command on its way through the lane; times are the hub's, as far as the board knows. */
    static final class Pulse {
        final CommandMessage command;
        final @Nullable Long received;
        @Nullable Long on;
        @Nullable Long off;
        private long onLocal;

        Pulse(CommandMessage command, @Nullable Long received) {
            this.command = command;
            this.received = received;
        }

        UUID id() {
            return command.id();
        }

        Ack.Times times() {
            return new Ack.Times(received, on, off);
        }
    }

    /** When one output was on lately, in the board's own ms. */
    private static final class Output {
        private final ArrayDeque<OnTime> lately = new ArrayDeque<>();
        private long lastOff = Long.MIN_VALUE;

        long gapLeft(long minGapMs, long local) {
            return lastOff == Long.MIN_VALUE ? 0 : lastOff + minGapMs - local;
        }

        boolean allows(long ms, int maxDutyPct, long local) {
            forget(local);
            var used = lately.stream().mapToLong(time -> time.to - time.from).sum();
            return used + ms <= DUTY_WINDOW_MS * maxDutyPct / PERCENT;
        }

        void wasOn(long from, long to) {
            forget(to);
            lately.add(new OnTime(from, to));
            lastOff = to;
        }

        private void forget(long local) {
            while (!lately.isEmpty() && lately.element().to <= local - DUTY_WINDOW_MS) {
                lately.remove();
            }
        }
    }

    private record OnTime(long from, long to) {}
}
