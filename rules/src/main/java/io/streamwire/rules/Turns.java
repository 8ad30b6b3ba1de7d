package io.streamwire.rules;

import io.streamwire.bus.BusException;
import io.streamwire.bus.Lease;
import io.streamwire.bus.Script;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Json;
import io.streamwire.contract.Stream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

/**
 * Lets the next one in a rule's queue have its turn: decides on its event again, now. Whoever has
 * had a turn leaves the queue in the same step, so that a repeated call finds somebody else.
 */
final class Turns {

    private static final Logger LOG = System.getLogger(Turns.class.getName());
    private static final Script TURN = Script.of(Turns.class, "turn.lua");

    /** Of a rule that is gone: nobody waits for it any longer. */
    private static final String NO_LONGER = "-1";

    private final Function<UUID, RuleEngine> engines;
    private final InstantSource clock;
    private final Duration maxEventAge;

    Turns(Function<UUID, RuleEngine> engines, InstantSource clock, Duration maxEventAge) {
        this.engines = engines;
        this.clock = clock;
        this.maxEventAge = maxEventAge;
    }

    /**
     * One turn.
     *
     * @throws java.util.concurrent.CompletionException around a {@link BusException}
     */
    void take(Lease lease, UUID workspaceId, UUID ruleId) {
        var now = clock.instant();
        var space = Space.live(lease.partition(), maxEventAge);
        var rule = engines.apply(workspaceId).rule(ruleId);
        var queue = rule.map(found -> found.definition().queue());
        var keys = new ArrayList<>(Waiting.keys(space, ruleId));
        keys.add(Stream.DECISIONS.key(lease.partition()));
        keys.add(DelayedActions.key(lease.partition()));
        var next =
                lease.call(
                                TURN,
                                keys,
                                List.of(
                                        ruleId.toString(),
                                        workspaceId.toString(),
                                        Long.toString(now.toEpochMilli()),
                                        queue.map(it -> Long.toString(it.maxAgeMs()))
                                                .orElse(NO_LONGER)))
                        .join();
        if (next.values().isEmpty() || rule.isEmpty()) {
            return;
        }
        try {
            var waiting = Waiting.read(next.text(1));
            long micros = Hops.micros(now);
            var call = new DecisionCall(space, waiting.event(), micros, micros, "");
            call.addTurn(waiting.match(rule.get(), now));
            var verdict =
                    Verdict.all(lease.call(DecisionCall.SCRIPT, call.keys(), call.args()).join())
                            .getFirst();
            LOG.log(
                    verdict.fired() ? Level.INFO : Level.DEBUG,
                    "event={0} rule={1} turn=yes outcome={2} actions={3}",
                    waiting.event().id(),
                    ruleId,
                    verdict.outcome(),
                    verdict.actions());
        } catch (Json.MalformedJson e) {
            LOG.log(
                    Level.WARNING,
                    "rule={0} turn=malformed reason=\"{1}\"",
                    ruleId,
                    e.getMessage());
        }
    }
}
