package io.streamwire.rules;

import io.streamwire.bus.Reply;
import io.streamwire.contract.Decision;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What decide.lua found for one rule.
 *
 * @param remainingMs how long a cooldown or limit still holds; 0 when that was not the reason
 * @param observed what the crowd has, if there is one that was asked
 * @param needed what it needs
 * @param actions how many were set in motion
 * @param choice which one has won a vote or a tug-of-war, from 1; empty if none has
 */
record Verdict(
        String outcome,
        long remainingMs,
        @Nullable Long observed,
        @Nullable Long needed,
        int actions,
        String choice) {

    private static final int FIELDS = 6;

    boolean fired() {
        return outcome.equals(Decision.FIRED);
    }

    /** Of all rules of the call, in its order. */
    static List<Verdict> all(Reply reply) {
        var verdicts = new ArrayList<Verdict>();
        for (int i = 0; i + FIELDS <= reply.values().size(); i += FIELDS) {
            verdicts.add(
                    new Verdict(
                            reply.text(i),
                            reply.number(i + 1),
                            number(reply.text(i + 2)),
                            number(reply.text(i + 3)),
                            (int) reply.number(i + 4),
                            reply.text(i + 5)));
        }
        return verdicts;
    }

    private static @Nullable Long number(String text) {
        return text.isEmpty() ? null : Long.valueOf(text);
    }
}
