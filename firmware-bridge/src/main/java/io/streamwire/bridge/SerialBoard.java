package io.streamwire.bridge;

import io.streamwire.bridge.SerialSession.Kind;
import io.streamwire.bridge.SerialSession.Request;
import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Capabilities.CommandSpec;
import io.streamwire.contract.mqtt.Envelope;
import io.streamwire.contract.mqtt.Envelope.Limit;
import io.streamwire.contract.mqtt.Envelope.Range;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A board that speaks the serial protocol, during one session. What became of a movement that it
 * did not answer it is asked until it says so. Confined to the bridge's thread.
 */
final class SerialBoard implements Board {

    /** A movement's end may be told that much late before it is asked for, ms. */
    private static final long END_SLACK_MS = 150;

    private static final long CLOCK_WRAP = 1L << 32;

    /** One in so many is how far a board's clock may be off. */
    private static final long CLOCK_TOLERANCE = 50;

    private final Loop loop;
    private final SerialSession session;
    private final CapabilityLines lines;
    private final Owner owner;
    private final List<Running> running = new ArrayList<>();

    /** What the board has acknowledged, by command. */
    private final Map<String, Limit> acknowledged = new HashMap<>();

    /** The newest limits that the board was not told yet. */
    private @Nullable Wanted wanted;

    /** The board is being told limits. */
    private boolean tightening;

    /** Who begins anew when this session is of no use any more. */
    interface Owner {
        /** A board's limits become wider only with a new session. */
        void wider();

        /** It does not keep what it has to keep. */
        void refused();
    }

    private record Wanted(Envelope envelope, Runnable kept) {}

    /** A movement on its way or on. */
    private static final class Running {
        private final Movement movement;
        private @Nullable Request request;
        private @Nullable Long onAt;
        private long onClock;
        private Loop.@Nullable Timer timer;

        /** The board was busy: it is sent again later. */
        private boolean postponed;

        /** A stop came after it: it is never sent again, whatever the board says. */
        private boolean stopped;

        Running(Movement movement) {
            this.movement = movement;
        }

        private void cancelTimer() {
            if (timer != null) {
                timer.cancel();
                timer = null;
            }
        }
    }

    SerialBoard(Loop loop, SerialSession session, CapabilityLines lines, Owner owner) {
        this.loop = loop;
        this.session = session;
        this.lines = lines;
        this.owner = owner;
    }

    @Override
    public Capabilities capabilities() {
        return lines.capabilities();
    }

    // Limits.

    /** One after the other: a line that is late must not undo a newer one. */
    @Override
    public void keep(Envelope envelope, Runnable kept) {
        wanted = new Wanted(envelope, kept);
        if (!tightening) {
            tighten();
        }
    }

    private void tighten() {
        var next = wanted;
        wanted = null;
        tightening = next != null;
        if (next == null) {
            return;
        }
        var requests = new ArrayList<String>();
        var limits = new HashMap<String, Limit>();
        var commands = lines.capabilities().commands();
        for (int at = 0; at < commands.size(); at++) {
            var command = commands.get(at);
            var limit = next.envelope().limit(command.name()).orElse(null);
            if (limit == null) {
                continue;
            }
            var before = acknowledged.getOrDefault(command.name(), own(command));
            if (looser(limit, before)) {
                owner.wider();
                return;
            }
            tighten(lines.channels().get(at), command, before, limit, requests);
            limits.put(command.name(), limit);
        }
        tell(
                requests,
                0,
                () -> {
                    acknowledged.putAll(limits);
                    next.kept().run();
                    tighten();
                });
    }

    private void tell(List<String> requests, int next, Runnable kept) {
        if (next == requests.size()) {
            kept.run();
            return;
        }
        session.send(
                Request.of(
                        Kind.PLAIN,
                        requests.get(next),
                        reply -> {
                            if (reply.done()) {
                                tell(requests, next + 1, kept);
                            } else {
                                owner.refused();
                            }
                        },
                        owner::refused));
    }

    private static Limit own(CommandSpec command) {
        return Envelope.compile(
                        new Capabilities(1, "", "", Capabilities.LimitsBy.BOARD, List.of(command)),
                        Map.of())
                .limit(command.name())
                .orElseThrow();
    }

    private static boolean looser(Limit now, Limit before) {
        return now.maxOnMs() > before.maxOnMs()
                || now.minGapMs() < before.minGapMs()
                || now.maxDutyPct() > before.maxDutyPct()
                || now.args().entrySet().stream()
                        .anyMatch(arg -> looser(arg.getValue(), before.args().get(arg.getKey())));
    }

    private static boolean looser(Range now, @Nullable Range before) {
        return before != null && (now.max() > before.max() || now.min() < before.min());
    }

    private static void tighten(
            int channel, CommandSpec command, Limit before, Limit now, List<String> requests) {
        if (now.maxOnMs() != before.maxOnMs()
                || now.minGapMs() != before.minGapMs()
                || now.maxDutyPct() != before.maxDutyPct()) {
            requests.add(
                    "LIM %d %d %d %d"
                            .formatted(
                                    channel,
                                    CapabilityLines.ms(now.maxOnMs()),
                                    CapabilityLines.ms(now.minGapMs()),
                                    Math.clamp(now.maxDutyPct(), 0, CapabilityLines.MOST_PCT)));
        }
        for (int arg = 0; arg < command.args().size(); arg++) {
            var name = command.args().get(arg).name();
            var range = now.args().get(name);
            if (range != null && !range.equals(before.args().get(name))) {
                requests.add(
                        "RNG %d %d %d %d"
                                .formatted(
                                        channel,
                                        arg,
                                        CapabilityLines.integer(range.min()),
                                        CapabilityLines.integer(range.max())));
            }
        }
    }

    // Safety.

    @Override
    public void arm(long ms) {
        session.send(Request.of(Kind.ARM, "ARM " + ms, _ -> {}, () -> {}));
    }

    @Override
    public void stop(Runnable off) {
        for (var one : List.copyOf(running)) {
            one.stopped = true;
            if (one.postponed) {
                refuse(one, Ack.Status.ABORTED, Ack.STOPPED);
            }
        }
        session.stop(_ -> off.run());
    }

    @Override
    public void clear(Consumer<Boolean> ended) {
        session.send(
                Request.of(
                        Kind.PLAIN,
                        "CLEAR",
                        reply -> ended.accept(reply.done()),
                        () -> ended.accept(false)));
    }

    // Movements.

    @Override
    public void move(Movement movement) {
        var one = new Running(movement);
        var channel = lines.channel(movement.command()).orElse(null);
        if (channel == null) {
            movement.progress().refused(Ack.Status.REJECTED, Ack.UNKNOWN_COMMAND);
            return;
        }
        running.add(one);
        send(one, body(channel, movement));
    }

    private String body(int channel, Movement movement) {
        var body = new StringBuilder("DO ").append(channel);
        lines.capabilities()
                .command(movement.command())
                .orElseThrow()
                .args()
                .forEach(arg ->
                        body.append(' ').append(movement.args().getOrDefault(arg.name(), 0L)));
        return body.toString();
    }

    private void send(Running one, String body) {
        var refusal = refusal(one);
        if (refusal != null) {
            refuse(one, refusal.status(), refusal.why());
            return;
        }
        var request =
                Request.move(
                        body,
                        () -> refusal(one) == null,
                        reply -> answered(one, body, reply),
                        () -> ask(one, body),
                        () -> unsent(one));
        one.request = request;
        session.send(request);
    }

    /** Why it may not be sent, for the first time or again; null when it may. */
    private Lane.@Nullable Refusal refusal(Running one) {
        if (one.stopped) {
            return new Lane.Refusal(Ack.Status.ABORTED, Ack.STOPPED);
        }
        if (loop.millis() > one.movement.notAfter()) {
            return new Lane.Refusal(Ack.Status.EXPIRED, HubDevice.TOO_LATE);
        }
        return one.movement.progress().refusal();
    }

    /** It was overtaken by its deadline or by a stop, and never left. */
    private void unsent(Running one) {
        var refusal = refusal(one);
        if (refusal == null) {
            refuse(one, Ack.Status.ABORTED, Ack.STOPPED);
        } else {
            refuse(one, refusal.status(), refusal.why());
        }
    }

    private void answered(Running one, String body, Reply reply) {
        if (reply.done()) {
            on(one, reply.number(0));
            return;
        }
        var wait = reply.number(0);
        var mayWait = reply.code() == Reply.BUSY || reply.code() == Reply.TOO_SOON;
        if (mayWait && wait > 0 && wait <= one.movement.notAfter() - loop.millis()) {
            one.postponed = true;
            one.timer =
                    loop.after(
                            wait,
                            () -> {
                                one.postponed = false;
                                send(one, body);
                            });
            return;
        }
        refuse(one, Ack.Status.REJECTED, why(reply.code()));
    }

    private static String why(int code) {
        return switch (code) {
            case Reply.NOT_ARMED -> Ack.NOT_ARMED;
            case Reply.STOPPED, Reply.INPUT_OPEN -> Ack.STOPPED;
            case Reply.OUT_OF_RANGE -> Ack.OUT_OF_RANGE;
            case Reply.BUSY -> Ack.BUSY;
            case Reply.TOO_SOON -> Ack.TOO_SOON;
            case Reply.UNKNOWN_CHANNEL -> Ack.UNKNOWN_COMMAND;
            default -> "board_error_" + code;
        };
    }

    private void on(Running one, long clock) {
        if (one.onAt != null || !running.contains(one)) {
            return;
        }
        var sent = one.request == null ? loop.millis() : one.request.firstSentAt();
        one.onClock = clock;
        var at = session.time().local(clock, sent, loop.millis());
        one.onAt = at;
        one.movement.progress().on(at);
        awaitEnd(one);
    }

    /** The end is told by an event, which may be damaged on its way. */
    private void awaitEnd(Running one) {
        one.cancelTimer();
        var ms = one.movement.ms();
        one.timer = loop.after(ms + ms / CLOCK_TOLERANCE + END_SLACK_MS, () -> ask(one, null));
    }

    /** Asks what became of it, for as long as the session lasts. */
    private void ask(Running one, @Nullable String body) {
        var request = one.request;
        if (request == null || !running.contains(one)) {
            return;
        }
        session.send(
                Request.endless("DID " + request.sequence(), reply -> toldOf(one, body, reply)));
    }

    private void toldOf(Running one, @Nullable String body, Reply reply) {
        if (!running.contains(one)) {
            return;
        }
        if (reply.code() == Reply.NEVER_CAME) {
            if (body == null) {
                cut(one, null, HubDevice.LINK_LOST); // it was on once, and is forgotten
            } else {
                send(one, body);
            }
            return;
        }
        switch (reply.word(0)) {
            case "on" -> {
                on(one, reply.number(1));
                awaitEnd(one);
            }
            case "done" -> {
                on(one, reply.number(1));
                off(one, reply.number(2));
            }
            case "cut" -> {
                on(one, reply.number(1));
                cut(one, reply.number(2), brokenBy(reply.word(3)));
            }
            case "refused" ->
                    refuse(
                            one,
                            Ack.Status.REJECTED,
                            why(Math.clamp(reply.number(1), 0, Integer.MAX_VALUE)));
            default -> cut(one, null, HubDevice.LINK_LOST);
        }
    }

    /** What the board says by itself. */
    void event(List<String> words) {
        if (words.size() < 3) {
            return;
        }
        var ended = words.get(0).equals("OFF");
        if (!ended && !words.get(0).equals("CUT")) {
            return;
        }
        for (var one : List.copyOf(running)) {
            var request = one.request;
            if (request != null && Integer.toString(request.sequence()).equals(words.get(1))) {
                try {
                    ended(one, ended, Long.parseLong(words.get(2)), words.getLast());
                } catch (NumberFormatException e) {
                    ask(one, null);
                }
            }
        }
    }

    private void ended(Running one, boolean byItself, long clock, String why) {
        if (!byItself) {
            cut(one, clock, brokenBy(why));
            return;
        }
        if (one.onAt == null) { // its reply was damaged
            on(one, Math.floorMod(clock - one.movement.ms(), CLOCK_WRAP));
        }
        off(one, clock);
    }

    private static String brokenBy(String word) {
        return switch (word) {
            case "stop", "estop" -> Ack.STOPPED;
            case "lapsed" -> Ack.LEASE_LAPSED;
            default -> HubDevice.LINK_LOST;
        };
    }

    private void off(Running one, long clock) {
        var on = one.onAt;
        if (on != null && settle(one)) {
            one.movement.progress().off(on, local(one, on, clock));
        }
    }

    private void cut(Running one, @Nullable Long clock, String why) {
        var on = one.onAt;
        if (settle(one)) {
            one.movement
                    .progress()
                    .cut(on, on == null || clock == null ? null : local(one, on, clock), why);
        }
    }

    private long local(Running one, long on, long clock) {
        return Math.min(loop.millis(), on + BoardTime.since(one.onClock, clock));
    }

    /** It needs nothing any more; whether that is new. */
    private boolean settle(Running one) {
        if (!running.remove(one)) {
            return false;
        }
        one.cancelTimer();
        if (one.request != null) {
            session.settle(one.request);
        }
        return true;
    }

    private void refuse(Running one, Ack.Status status, String why) {
        if (running.remove(one)) {
            one.cancelTimer();
            one.movement.progress().refused(status, why);
        }
    }

    /** The session is over: what was on is off, or will be within the silence. */
    void lost() {
        List.copyOf(running).forEach(one -> cut(one, null, HubDevice.LINK_LOST));
    }
}
