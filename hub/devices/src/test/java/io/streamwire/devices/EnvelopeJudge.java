package io.streamwire.devices;

import java.util.ArrayList;
import java.util.List;

/** Judges what the outputs of an {@link EnvelopeModel} did, from outside. */
final class EnvelopeJudge {

    private static final long WINDOW_MS = 60_000;

    private final List<OnTime> recorded = new ArrayList<>();
    private final List<String> offences = new ArrayList<>();

    /**
     * An output's time on, the limit under which the command left the hub, and its place in the
     * order of leaving.
     */
    static final class OnTime {
        final Command command;
        private final Restraint restraint;
        private final long turn;
        private final long on;
        long off = Long.MAX_VALUE;

        OnTime(Command command, Restraint restraint, long turn, long on) {
            this.command = command;
            this.restraint = restraint;
            this.turn = turn;
            this.on = on;
        }
    }

    void record(OnTime pulse) {
        recorded.add(pulse);
    }

    /** Something that is wrong whatever else happens. */
    void offence(String what) {
        offences.add(what);
    }

    long pulses() {
        return recorded.size();
    }

    /** What was wrong, also what was noticed at once. */
    List<String> offences() {
        for (var pulse : recorded) {
            var limit = pulse.restraint.limit();
            if (pulse.off - pulse.on > limit.maxOnMs()) {
                offences.add("range max-on " + pulse.command.command());
            }
            if (limit.violation(pulse.command.args()).isPresent()) {
                offences.add("range " + pulse.command.args());
            }
            for (var other : recorded) {
                judge(pulse, other);
            }
            judgeDuty(pulse);
        }
        return offences;
    }

    /** Another one that was on before it. */
    private void judge(OnTime pulse, OnTime before) {
        if (before == pulse
                || before.on > pulse.on
                || (before.on == pulse.on && before.off > pulse.on)) {
            return;
        }
        // What holds for both is the envelope when the second one left.
        var law = pulse.turn >= before.turn ? pulse : before;
        var gap = law.restraint.limit().minGapMs();
        var same = before.command.command().equals(pulse.command.command());
        if (same && pulse.on - before.off < gap) {
            offences.add("gap " + (pulse.on - before.off) + " below " + gap);
        }
        var other = law == pulse ? before : pulse;
        if (law.restraint.rivals().contains(other.command.command()) && before.off > pulse.on) {
            offences.add("interlock " + law.restraint.limit().group());
        }
    }

    /** The minute that ends with a pulse, by the loosest limit of the commands in it. */
    private void judgeDuty(OnTime pulse) {
        var start = pulse.off - WINDOW_MS;
        long used = 0;
        var budget = 0L;
        for (var other : recorded) {
            if (other.command.command().equals(pulse.command.command())) {
                var on = Math.min(other.off, pulse.off) - Math.max(other.on, start);
                if (on > 0) {
                    used += on;
                    budget = Math.max(budget, other.restraint.budgetMs());
                }
            }
        }
        if (used > budget) {
            offences.add("duty " + used + " of " + budget);
        }
    }
}
