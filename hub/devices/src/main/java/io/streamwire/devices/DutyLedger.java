package io.streamwire.devices;

import io.streamwire.contract.CommandState;
import io.streamwire.contract.mqtt.Envelope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Until when the outputs of one board were on, or may be: tells whether one more command keeps
 * within the envelope whatever became of those before. It believes no times that a board names,
 * only when its word came. Times are ms since the epoch. Not thread-safe: its lane guards it.
 *
 * <pre>
 *   sent ------> may be on until exp + ms + lag
 *     | started, at t:                   until t + ms
 *     | done, at t:                      until t, of a board without limits of its own t + ms
 *     | never left the hub:              as if it had never been; also what a board refused that
 *                                        keeps limits of its own
 * </pre>
 */
final class DutyLedger {

    /** The sliding window of the duty, ms. */
    static final long WINDOW_MS = 60_000;

    /** How far a board's clock may lag the hub's: the link's fastest delay, and a moment. */
    static final long LAG_MS = 250;

    static final String DUTY_EXHAUSTED = "duty_exhausted";
    static final String MIN_GAP = "min_gap";
    static final String INTERLOCKED = "interlocked";

    /** What is held for longer is held for good: no envelope has such a gap, ms. */
    static final long LONGEST_HELD_MS = 1L << 40;

    private static final long NEVER = Long.MAX_VALUE;

    private final Map<UUID, Pulse> pulses = new LinkedHashMap<>();

    /** When an output was last on, of pulses that are no longer remembered. */
    private final Map<String, Long> lastOff = new HashMap<>();

    /** What nothing held back, in case that something will. */
    private final Map<String, Rough> rough = new HashMap<>();

    /**
     * Whether a command may leave.
     *
     * @param reason why not yet; null when it may now
     * @param at when it may at the latest, ms since the epoch
     * @param soonest when it may at the earliest, whatever boards still say
     */
    record Fit(@Nullable String reason, long at, long soonest) {
        static final Fit NOW = new Fit(null, 0, 0);

        boolean now() {
            return reason == null;
        }
    }

    /**
     * What is left to an output.
     *
     * @param dutyLeftMs of the present minute, before the next one frees something
     * @param nextAt when a command of the shortest kind may leave, if it sends no word; 0 = now
     * @param reason what it waits for
     */
    record Left(long dutyLeftMs, long nextAt, @Nullable String reason) {}

    private static final class Pulse {
        private final String command;
        private final boolean hubOnly;
        private final long from;
        private long ms;
        private long until;
        private boolean settled;

        /** It may have been on for all that is known: a boot ago, or before it was resent. */
        private boolean maybeOn;

        Pulse(String command, boolean hubOnly, long ms, long from, long until) {
            this.command = command;
            this.hubOnly = hubOnly;
            this.ms = ms;
            this.from = from;
            this.until = until;
        }
    }

    /** An upper bound of what an output was on in the last minute. */
    private static final class Rough {
        private long since;
        private long current;
        private long previous;
        private long until;
    }

    /** Whether a command may leave now, and else when. */
    Fit fit(Command command, Restraint restraint, long now) {
        if (restraint.free() || (pulses.isEmpty() && rough.isEmpty() && lastOff.isEmpty())) {
            return alone(restraint.onMs(command.args()), restraint);
        }
        return fit(command.id(), command.command(), restraint.onMs(command.args()), restraint, now);
    }

    private static Fit alone(long ms, Restraint restraint) {
        return ms <= restraint.budgetMs() ? Fit.NOW : new Fit(DUTY_EXHAUSTED, NEVER, NEVER);
    }

    private Fit fit(@Nullable UUID id, String command, long ms, Restraint restraint, long now) {
        refine(command, restraint);
        forget(now);
        var gap = restraint.gapMs();
        var gapAt = restraint.exclusive() ? lastOff.getOrDefault(command, now - gap) + gap : now;
        var soonestGapAt = gapAt;
        var lockAt = now;
        var soonestLockAt = now;
        var charged = new ArrayList<Pulse>();
        for (var entry : pulses.entrySet()) {
            var pulse = entry.getValue();
            if (entry.getKey().equals(id)) {
                continue; // sent before: the board takes it once
            }
            if (pulse.command.equals(command)) {
                charged.add(pulse);
                if (restraint.exclusive()) {
                    gapAt = Math.max(gapAt, pulse.until + gap);
                    soonestGapAt =
                            pulse.settled
                                    ? Math.max(soonestGapAt, pulse.until + gap)
                                    : soonestGapAt;
                }
            } else if (restraint.rivals().contains(pulse.command)) {
                lockAt = Math.max(lockAt, pulse.until);
                soonestLockAt =
                        pulse.settled ? Math.max(soonestLockAt, pulse.until) : soonestLockAt;
            }
        }
        var budget = restraint.budgetMs() - ms;
        var dutyAt = dutyAt(charged, budget, now);
        if (gapAt <= now && lockAt <= now && dutyAt <= now) {
            return Fit.NOW;
        }
        charged.removeIf(pulse -> !pulse.settled);
        var soonest = Math.max(dutyAt(charged, budget, now), Math.max(soonestGapAt, soonestLockAt));
        if (dutyAt >= gapAt && dutyAt >= lockAt) {
            return new Fit(DUTY_EXHAUSTED, dutyAt, soonest);
        }
        return gapAt >= lockAt
                ? new Fit(MIN_GAP, gapAt, soonest)
                : new Fit(INTERLOCKED, lockAt, soonest);
    }

    /** When no more than a budget is charged to an output. */
    private static long dutyAt(List<Pulse> charged, long budget, long now) {
        if (budget < 0) {
            return NEVER;
        }
        long sum = 0;
        for (var pulse : charged) {
            sum += pulse.ms;
        }
        if (sum <= budget) {
            return now;
        }
        var byEnd = new ArrayList<>(charged);
        byEnd.sort(Comparator.comparingLong(pulse -> pulse.until));
        for (var pulse : byEnd) {
            sum -= pulse.ms;
            if (sum <= budget) {
                return Math.max(now, pulse.until + WINDOW_MS);
            }
        }
        return now;
    }

    /** A command leaves; one that left before stays as it was. */
    void sent(Command command, Restraint restraint, long now) {
        var ms = restraint.onMs(command.args());
        var until = command.expiresAt() + ms + LAG_MS;
        if (restraint.free()) {
            round(command.command(), ms, until, now);
            return;
        }
        remember(command.id(), new Pulse(command.command(), restraint.hubOnly(), ms, now, until));
    }

    /** Takes in what an earlier owner of the board's partition may have sent. */
    void restore(CommandStore.Spending spending, boolean hubOnly, long from) {
        var pulse =
                new Pulse(
                        spending.command(),
                        hubOnly,
                        spending.ms(),
                        from,
                        spending.expiresAt() + spending.ms() + LAG_MS);
        pulse.maybeOn = true;
        remember(spending.id(), pulse);
    }

    private void remember(UUID id, Pulse pulse) {
        var before = pulses.putIfAbsent(id, pulse);
        if (before != null) {
            before.maybeOn = true;
        }
    }

    /** A command never reached the broker, or nobody there. */
    void neverLeft(UUID id) {
        pulses.remove(id);
    }

    /**
     * A board's word on a command came; whether that changed anything.
     *
     * @param at when it came
     */
    boolean heard(UUID id, CommandState state, long at) {
        var pulse = pulses.get(id);
        if (pulse == null || pulse.settled) {
            return false;
        }
        switch (state) {
            case QUEUED, SENT, ACCEPTED, FAILED -> {
                return false;
            }
            case STARTED -> {
                pulse.maybeOn = true;
                over(pulse, at + pulse.ms);
            }
            case DONE, REJECTED, EXPIRED, ABORTED -> {
                if (pulse.hubOnly) {
                    over(pulse, at + pulse.ms); // surely it has not begun after its word
                    pulse.settled = true;
                } else {
                    ended(id, pulse, state, at);
                }
            }
        }
        return true;
    }

    /** The last word of a board that keeps limits itself. */
    private void ended(UUID id, Pulse pulse, CommandState state, long at) {
        pulse.settled = true;
        if (state == CommandState.REJECTED || state == CommandState.EXPIRED) {
            if (pulse.maybeOn) {
                over(pulse, at);
            } else {
                pulses.remove(id);
            }
            return;
        }
        if (state == CommandState.ABORTED) {
            pulse.ms = Math.clamp(at - pulse.from, 0, pulse.ms);
        }
        // Sooner than the pulse is long cannot be: then it has at least begun.
        over(pulse, at >= pulse.from + pulse.ms ? at : at + pulse.ms);
    }

    private static void over(Pulse pulse, long until) {
        pulse.until = Math.min(pulse.until, until);
    }

    /** What is left to a command. */
    Left left(String command, Restraint restraint, long now) {
        if (restraint.free()) {
            return new Left(WINDOW_MS, 0, null);
        }
        refine(command, restraint);
        forget(now);
        long used = 0;
        for (var pulse : pulses.values()) {
            used += pulse.command.equals(command) ? pulse.ms : 0;
        }
        var shortest = restraint.limit().args().get(Envelope.DURATION);
        var ms = shortest == null ? restraint.limit().maxOnMs() : Math.max(0, shortest.min());
        var fit = fit(null, command, ms, restraint, now);
        return new Left(
                Math.max(0, restraint.budgetMs() - used), fit.now() ? 0 : fit.at(), fit.reason());
    }

    private void round(String command, long ms, long until, long now) {
        var sum = rough.computeIfAbsent(command, _ -> new Rough());
        if (now - sum.since >= WINDOW_MS) {
            sum.previous = now - sum.since < 2 * WINDOW_MS ? sum.current : 0;
            sum.current = 0;
            sum.since = now;
        }
        sum.current += ms;
        sum.until = Math.max(sum.until, until);
    }

    /** Something is held back now that was not before: what it was on is charged as a whole. */
    private void refine(String command, Restraint restraint) {
        if (rough.isEmpty()) {
            return;
        }
        rough.entrySet()
                .removeIf(entry -> {
                    var name = entry.getKey();
                    if (!name.equals(command) && !restraint.rivals().contains(name)) {
                        return false;
                    }
                    charge(name, entry.getValue());
                    return true;
                });
    }

    private void charge(String command, Rough sum) {
        pulses.put(
                UUID.randomUUID(),
                new Pulse(command, true, sum.current + sum.previous, sum.since, sum.until));
    }

    private void forget(long now) {
        var all = pulses.values().iterator();
        while (all.hasNext()) {
            var pulse = all.next();
            if (pulse.until <= now - WINDOW_MS) {
                lastOff.merge(pulse.command, pulse.until, Math::max);
                all.remove();
            }
        }
    }
}
