package io.streamwire.virtualboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.streamwire.virtualboard.PinRecorder.Offence;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Whether the outputs of one device keep within its envelope, as read from its wire: what the board
 * describes and what the owner's limits tighten. It believes only edges, except that an output
 * counts as off when its command is over: how much later a board's timer rings is its own, up to
 * {@link PinRecorder#TOLERANCE_MS}. Times are {@link System#nanoTime()}. Not thread-safe.
 */
final class EnvelopeWatch {

    private static final long WINDOW = TimeUnit.SECONDS.toNanos(60);

    /** New limits may cross a command that left before on its way to the pin. */
    private static final long CROSSING = TimeUnit.MILLISECONDS.toNanos(PinRecorder.TOLERANCE_MS);

    /** Boards count whole ms at both ends. */
    private static final long ROUNDING = TimeUnit.MILLISECONDS.toNanos(2);

    private static final String DURATION = "ms";
    private static final long PERCENT = 100;

    private JsonNode capabilities = MissingNode.getInstance();
    private JsonNode tighter = MissingNode.getInstance();

    /** The limits in force by command, and until lately in force; the newest last. */
    private final ArrayDeque<Edition> editions = new ArrayDeque<>();

    private final Map<UUID, OnTime> running = new HashMap<>();
    private final Map<String, Output> outputs = new HashMap<>();

    /** What is wrong with an edge. */
    record Finding(Offence offence, String detail) {}

    private record Edition(long since, Map<String, Law> laws) {}

    private record Range(long min, long max) {
        boolean has(JsonNode value) {
            return value.isIntegralNumber() && value.asLong() >= min && value.asLong() <= max;
        }
    }

    /** The limits of one command, times in ns. */
    private record Law(
            Map<String, Range> args, String group, long maxOn, long minGap, long maxDutyPct) {

        boolean allows(JsonNode given) {
            return given.size() == args.size()
                    && args.entrySet().stream()
                            .allMatch(arg -> arg.getValue().has(given.path(arg.getKey())));
        }
    }

    /** A pulse, with the loosest of the limits that may have let it pass. */
    private static final class OnTime {
        private final String command;
        private final long on;
        private final long maxOn;
        private final long maxDutyPct;
        private long end;

        OnTime(String command, long on, long length, long maxOn, long maxDutyPct) {
            this.command = command;
            this.on = on;
            this.end = on + length;
            this.maxOn = maxOn;
            this.maxDutyPct = maxDutyPct;
        }

        long within(long from) {
            return Math.max(0, end - Math.max(on, from));
        }
    }

    private static final class Output {
        private final ArrayDeque<OnTime> lately = new ArrayDeque<>();
        private long lastEnd = Long.MIN_VALUE;
    }

    /** {@code up/describe}. */
    void described(JsonNode document, long at) {
        var commands = document.path("commands");
        if (!commands.equals(capabilities)) {
            capabilities = commands;
            compile(at);
        }
    }

    /** {@code down/config}. */
    void configured(JsonNode config, long at) {
        var limits = config.path("limits");
        if (!limits.equals(tighter)) {
            tighter = limits;
            compile(at);
        }
    }

    private void compile(long at) {
        var laws = new HashMap<String, Law>();
        for (var command : capabilities) {
            var name = command.path("name").asText();
            laws.put(name, law(command, tighter.path(name)));
        }
        editions.add(new Edition(at, laws));
    }

    private static Law law(JsonNode command, JsonNode own) {
        var maxOn = least(command.path("max_on_ms"), own.path("max_on_ms"));
        var args = new LinkedHashMap<String, Range>();
        for (var arg : command.path("args")) {
            var name = arg.path("name").asText();
            var narrower = own.path("args").path(name);
            var max = least(arg.path("max"), narrower.path("max"));
            args.put(
                    name,
                    new Range(
                            most(arg.path("min"), narrower.path("min")),
                            name.equals(DURATION) ? Math.min(max, maxOn) : max));
        }
        return new Law(
                args,
                command.path("group").asText(""),
                TimeUnit.MILLISECONDS.toNanos(maxOn),
                TimeUnit.MILLISECONDS.toNanos(
                        most(command.path("min_gap_ms"), own.path("min_gap_ms"))),
                least(command.path("max_duty_pct"), own.path("max_duty_pct")));
    }

    private static long least(JsonNode board, JsonNode owner) {
        return owner.isNumber() ? Math.min(board.asLong(), owner.asLong()) : board.asLong();
    }

    private static long most(JsonNode board, JsonNode owner) {
        return owner.isNumber() ? Math.max(board.asLong(), owner.asLong()) : board.asLong();
    }

    /** An output goes on for a command. */
    List<Finding> on(UUID commandId, String command, JsonNode args, long at) {
        if (capabilities.isMissingNode()) {
            return List.of(); // not known: nothing is judged
        }
        var laws = laws(command, at);
        var findings = new ArrayList<Finding>();
        if (laws.isEmpty()) {
            return List.of(new Finding(Offence.OUT_OF_RANGE, command + " is no command"));
        }
        if (laws.stream().noneMatch(law -> law.allows(args))) {
            findings.add(new Finding(Offence.OUT_OF_RANGE, command + " " + args));
        }
        var maxOn = laws.stream().mapToLong(Law::maxOn).max().orElse(0);
        var length =
                args.path(DURATION).isNumber()
                        ? TimeUnit.MILLISECONDS.toNanos(args.path(DURATION).asLong())
                        : maxOn;
        var pulse =
                new OnTime(
                        command,
                        at,
                        length,
                        maxOn,
                        laws.stream().mapToLong(Law::maxDutyPct).max().orElse(0));
        var output = outputs.computeIfAbsent(command, _ -> new Output());
        var gap = laws.stream().mapToLong(Law::minGap).min().orElse(0);
        if (output.lastEnd > Long.MIN_VALUE && at - output.lastEnd + ROUNDING < gap) {
            findings.add(
                    new Finding(
                            Offence.TOO_SOON,
                            ms(at - output.lastEnd) + " after the last one, not " + ms(gap)));
        }
        for (var other : running.values()) {
            if (other.end - ROUNDING > at && excludes(laws, command, other.command)) {
                findings.add(new Finding(Offence.TOGETHER, command + " with " + other.command));
            }
        }
        output.lately.add(pulse);
        output.lastEnd = Math.max(output.lastEnd, pulse.end);
        running.put(commandId, pulse);
        return findings;
    }

    private boolean excludes(List<Law> laws, String command, String other) {
        if (command.equals(other)) {
            return true;
        }
        var group = laws.isEmpty() ? "" : laws.getLast().group();
        var rival = editions.getLast().laws().get(other);
        return !group.isEmpty() && rival != null && group.equals(rival.group());
    }

    /** The output goes off again. */
    List<Finding> off(UUID commandId, long at) {
        var pulse = running.remove(commandId);
        if (pulse == null) {
            return List.of();
        }
        var findings = new ArrayList<Finding>();
        if (at - pulse.on > pulse.maxOn + CROSSING) {
            findings.add(
                    new Finding(
                            Offence.TOO_LONG,
                            "on for " + ms(at - pulse.on) + ", not " + ms(pulse.maxOn)));
        }
        var output = outputs.computeIfAbsent(pulse.command, _ -> new Output());
        if (at < pulse.end) {
            pulse.end = at; // broken off
            output.lastEnd = output.lately.stream().mapToLong(one -> one.end).max().orElse(at);
        }
        if (pulse.maxDutyPct < PERCENT) {
            judgeDuty(output, pulse, findings);
        }
        forget(output, at);
        return findings;
    }

    /** The minute that ends with a pulse, by the loosest limit of the pulses in it. */
    private static void judgeDuty(Output output, OnTime pulse, List<Finding> findings) {
        long used = 0;
        long pct = 0;
        for (var one : output.lately) {
            var time = one.within(pulse.end - WINDOW);
            used += time;
            pct = time > 0 ? Math.max(pct, one.maxDutyPct) : pct;
        }
        if (used > WINDOW / PERCENT * pct + ROUNDING) {
            findings.add(
                    new Finding(
                            Offence.OVER_DUTY, ms(used) + " of a minute on, not " + pct + " %"));
        }
    }

    private void forget(Output output, long at) {
        while (!output.lately.isEmpty()
                && output.lately.element().end < at - WINDOW
                && !running.containsValue(output.lately.element())) {
            output.lately.remove();
        }
    }

    /** The limits of a command that may have let it pass just now. */
    private List<Law> laws(String command, long at) {
        while (editions.size() > 1 && second().since() < at - CROSSING) {
            editions.remove();
        }
        return editions.stream()
                .map(edition -> edition.laws().get(command))
                .filter(Objects::nonNull)
                .toList();
    }

    private Edition second() {
        var all = editions.iterator();
        all.next();
        return all.next();
    }

    private static String ms(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos) + " ms";
    }
}
