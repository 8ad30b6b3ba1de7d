package io.streamwire.bridge;

import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.CommandMessage;
import io.streamwire.contract.mqtt.Envelope;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The outputs of one interlock group, or one output alone: never two at once, each within the
 * bridge's own copy of the limits. Confined to the bridge's thread.
 *
 * <pre>
 *   add --> waiting --turn, gap over--> moving --off, cut or refused--> next turn
 * </pre>
 */
final class Lane {

    /** Most that wait for their turn. */
    static final int CAPACITY = 16;

    private final Loop loop;
    private final Host host;
    private final Deque<Pulse> waiting = new ArrayDeque<>();
    private final Map<String, Usage> usage = new HashMap<>();
    private @Nullable Pulse moving;
    private Loop.@Nullable Timer turn;

    /** The device that it is of. */
    interface Host {

        /** Why a command may not switch on now; null when it may. */
        @Nullable Refusal refusal(CommandMessage command);

        Envelope.@Nullable Limit limit(String command);

        void acknowledge(Pulse pulse, Ack.Status status, @Nullable String why);

        /** The last local moment at which a command may switch on. */
        long notAfter(CommandMessage command);

        void move(Movement movement);
    }

    /** Why a command may not switch on. */
    record Refusal(Ack.Status status, String why) {}

    /** One command on its way through the lane; times are local ms. */
    static final class Pulse {
        private final CommandMessage command;
        private final long receivedAt;
        private @Nullable Long on;
        private @Nullable Long off;
        private long begunAt;
        private long ms;
        private @Nullable String broken;

        Pulse(CommandMessage command, long receivedAt) {
            this.command = command;
            this.receivedAt = receivedAt;
        }

        CommandMessage command() {
            return command;
        }

        long receivedAt() {
            return receivedAt;
        }

        @Nullable Long on() {
            return on;
        }

        @Nullable Long off() {
            return off;
        }
    }

    Lane(Loop loop, Host host) {
        this.loop = loop;
        this.host = host;
    }

    boolean full() {
        return waiting.size() >= CAPACITY;
    }

    /** Takes a pulse in; whether it has to wait for its turn. */
    boolean add(Pulse pulse) {
        waiting.addLast(pulse);
        turn();
        return waiting.contains(pulse);
    }

    /**
     * What waits is given up now, and what moves as soon as the board says that it is off.
     *
     * @param why what both are acknowledged with
     */
    void abort(String why) {
        cancelTurn();
        var given = List.copyOf(waiting);
        waiting.clear();
        given.forEach(pulse -> host.acknowledge(pulse, Ack.Status.ABORTED, why));
        if (moving != null && moving.broken == null) {
            moving.broken = why;
        }
    }

    private void turn() {
        cancelTurn();
        while (moving == null && !waiting.isEmpty()) {
            var pulse = waiting.getFirst();
            var name = pulse.command.cmd();
            var limit = host.limit(name);
            var used = usage.computeIfAbsent(name, _ -> new Usage());
            var now = loop.millis();
            var gap = limit == null ? 0 : used.freeAt(limit.minGapMs()) - now;
            if (gap > 0 && now + gap <= host.notAfter(pulse.command)) {
                turn = loop.after(gap, this::turn);
                return;
            }
            waiting.removeFirst();
            var refusal = host.refusal(pulse.command);
            if (refusal != null || limit == null) {
                host.acknowledge(
                        pulse,
                        refusal == null ? Ack.Status.REJECTED : refusal.status(),
                        refusal == null ? Ack.UNKNOWN_COMMAND : refusal.why());
                continue;
            }
            pulse.ms = duration(pulse.command, limit);
            if (gap > 0 || !used.allows(pulse.ms, limit.maxDutyPct(), now)) {
                host.acknowledge(pulse, Ack.Status.REJECTED, Ack.TOO_SOON);
                continue;
            }
            pulse.begunAt = now;
            moving = pulse;
            host.move(
                    new Movement(
                            name,
                            pulse.command.args(),
                            pulse.ms,
                            host.notAfter(pulse.command),
                            new Progress(pulse, used)));
        }
    }

    private static long duration(CommandMessage command, Envelope.Limit limit) {
        var ms = command.args().get(Envelope.DURATION);
        return ms == null ? limit.maxOnMs() : Math.min(ms, limit.maxOnMs());
    }

    private void cancelTurn() {
        if (turn != null) {
            turn.cancel();
            turn = null;
        }
    }

    private final class Progress implements Movement.Progress {
        private final Pulse pulse;
        private final Usage used;

        Progress(Pulse pulse, Usage used) {
            this.pulse = pulse;
            this.used = used;
        }

        @Override
        public @Nullable Refusal refusal() {
            return host.refusal(pulse.command);
        }

        @Override
        public void on(long at) {
            pulse.on = at;
            host.acknowledge(pulse, Ack.Status.STARTED, null);
        }

        @Override
        public void off(long on, long off) {
            pulse.on = on;
            pulse.off = off;
            used.add(on, off);
            next();
            host.acknowledge(pulse, Ack.Status.DONE, null);
            turn();
        }

        @Override
        public void cut(@Nullable Long on, @Nullable Long off, String why) {
            pulse.on = on;
            pulse.off = off;
            var now = loop.millis();
            // Nobody knows: it may be on until it ends by itself, or the board misses the host.
            var latest = now + Math.min(pulse.ms, SerialSession.SILENCE_MS);
            used.add(on == null ? pulse.begunAt : on, off == null ? latest : off);
            next();
            host.acknowledge(pulse, Ack.Status.ABORTED, pulse.broken == null ? why : pulse.broken);
            turn();
        }

        @Override
        public void refused(Ack.Status status, String why) {
            next();
            if (status == Ack.Status.ABORTED && pulse.broken != null) {
                host.acknowledge(pulse, status, pulse.broken);
            } else {
                host.acknowledge(pulse, status, why);
            }
            turn();
        }

        private void next() {
            if (moving == pulse) {
                moving = null;
            }
        }
    }
}
