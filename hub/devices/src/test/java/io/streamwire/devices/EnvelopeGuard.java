package io.streamwire.devices;

import io.streamwire.contract.mqtt.Envelope;
import java.util.Map;
import java.util.Set;

/** What may be missing in the hub of an {@link EnvelopeModel}, and the offence that shows it. */
enum EnvelopeGuard {
    NONE("none"),
    DUTY("duty"),
    GAP("gap"),
    GROUP("interlock"),
    TURN("overlap"),
    RANGE("range"),
    TAKE_OVER("");

    final String offence;

    EnvelopeGuard(String offence) {
        this.offence = offence;
    }

    /** The restraint without this. */
    Restraint weaken(Restraint restraint) {
        var limit = restraint.limit();
        return switch (this) {
            case NONE, TAKE_OVER -> restraint;
            case DUTY -> with(restraint, restraint.rivals(), 100, limit.minGapMs());
            case GAP -> with(restraint, restraint.rivals(), limit.maxDutyPct(), 0);
            case GROUP -> with(restraint, Set.of(), limit.maxDutyPct(), limit.minGapMs());
            case TURN ->
                    new Restraint(
                            limit,
                            restraint.rivals(),
                            restraint.hubOnly(),
                            false,
                            false,
                            restraint.mostAboard());
            case RANGE ->
                    new Restraint(
                            new Envelope.Limit(
                                    Map.of(
                                            "level",
                                            new Envelope.Range(1_000, 0),
                                            "ms",
                                            new Envelope.Range(100_000, 0)),
                                    limit.group(),
                                    limit.maxDutyPct(),
                                    100_000,
                                    limit.minGapMs()),
                            restraint.rivals(),
                            restraint.hubOnly(),
                            restraint.exclusive(),
                            restraint.free(),
                            restraint.mostAboard());
        };
    }

    private static Restraint with(Restraint restraint, Set<String> rivals, int duty, long gap) {
        var limit = restraint.limit();
        return new Restraint(
                new Envelope.Limit(limit.args(), limit.group(), duty, limit.maxOnMs(), gap),
                rivals,
                restraint.hubOnly(),
                restraint.exclusive(),
                restraint.free(),
                restraint.mostAboard());
    }
}
