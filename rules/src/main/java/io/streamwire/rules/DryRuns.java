package io.streamwire.rules;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Reply;
import io.streamwire.bus.Script;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent;
import io.streamwire.rules.RuleEngine.Match;
import io.streamwire.service.Problem;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * Lets rules decide about events that have been, by the code and the script that decide live. What
 * they remember lies in a {@link Space} of its own, and nothing is published.
 */
final class DryRuns {

    /** Most decisions of a run: events x rules whose trigger matched. */
    static final int MOST_DECISIONS = 200_000;

    private static final Logger LOG = System.getLogger(DryRuns.class.getName());
    private static final int BATCH = 200;
    private static final Script FORGET =
            new Script("forget", "return redis.call('UNLINK', unpack(KEYS))");

    private final Bus bus;

    DryRuns(Bus bus) {
        this.bus = bus;
    }

    /** When a run must be over. */
    record Deadline(long nanos) {

        /** Less than the gateway waits for an answer. */
        static final Duration LONGEST = Duration.ofSeconds(25);

        static Deadline begin() {
            return new Deadline(System.nanoTime() + LONGEST.toNanos());
        }

        void check() {
            if (System.nanoTime() - nanos > 0) {
                throw Problem.unprocessable(
                        "dry_run_too_long",
                        "It takes longer than %d s: choose fewer events."
                                .formatted(LONGEST.toSeconds()),
                        List.of());
            }
        }
    }

    /**
     * Decides about events, in their order.
     *
     * @param rules in the order in which those of equal priority decide
     * @param into is told every decision
     * @throws Problem 422 {@code dry_run_too_long} or {@code dry_run_too_large}
     */
    void run(
            UUID workspaceId,
            List<Rule> rules,
            List<LiveEvent> events,
            Deadline deadline,
            Consumer<DryDecision> into) {
        var space = Space.dry(bus.partition(workspaceId), Ids.next());
        var run = new Run(space, new RuleEngine(rules), deadline, into);
        try {
            run.all(events);
        } finally {
            forget(run.keys);
        }
    }

    static Problem tooLarge(int most) {
        return Problem.unprocessable(
                "dry_run_too_large",
                "More than %d decisions: choose fewer events or rules.".formatted(most),
                List.of());
    }

    /** They would go by themselves, later. */
    private void forget(Set<String> keys) {
        var all = List.copyOf(keys);
        try {
            for (int i = 0; i < all.size(); i += BATCH) {
                var some = all.subList(i, Math.min(i + BATCH, all.size()));
                bus.call(FORGET, some, List.of()).join();
            }
        } catch (CompletionException | BusException e) {
            LOG.log(Level.DEBUG, "dry_run=not_forgotten keys={0}", all.size());
        }
    }

    /** One run, by one thread. */
    private final class Run {
        final Set<String> keys = new HashSet<>();
        private final Space space;
        private final RuleEngine engine;
        private final Deadline deadline;
        private final Consumer<DryDecision> into;
        private final DryTime time;
        private final List<Step> steps = new ArrayList<>();
        private int decisions;

        Run(Space space, RuleEngine engine, Deadline deadline, Consumer<DryDecision> into) {
            this.space = space;
            this.engine = engine;
            this.deadline = deadline;
            this.into = into;
            this.time = new DryTime(engine);
        }

        /** An event that is being decided on. */
        private record Step(
                LiveEvent event,
                List<Match> matches,
                DecisionCall call,
                CompletableFuture<Reply> reply) {}

        void all(List<LiveEvent> events) {
            for (var event : events) {
                if (DryTime.isOwn(event)) {
                    continue; // the run has its own
                }
                for (var due = time.before(event); due != null; due = time.before(event)) {
                    begin(due);
                }
                begin(event);
                time.passed(event);
            }
            for (var due = time.rest(); due != null; due = time.rest()) {
                begin(due);
            }
            finish();
        }

        private void begin(LiveEvent event) {
            deadline.check();
            var matches = Decider.fitting(engine.match(event, event.receivedAt()));
            if (matches.isEmpty()) {
                return;
            }
            long micros = Hops.micros(event.receivedAt());
            var call = new DecisionCall(space, event, micros, micros, "");
            matches.forEach(call::add);
            keys.addAll(call.keys().subList(DecisionCall.SHARED_KEYS, call.keys().size()));
            steps.add(
                    new Step(
                            event,
                            matches,
                            call,
                            bus.call(DecisionCall.SCRIPT, call.keys(), call.args())));
            if (engine.hasVotes() || steps.size() == BATCH) {
                finish();
            }
        }

        private void finish() {
            deadline.check();
            for (var step : steps) {
                var verdicts = Verdict.all(join(step.reply()));
                var planned = step.call().planned();
                for (int i = 0; i < verdicts.size(); i++) {
                    decided(step, step.matches().get(i), verdicts.get(i), planned.get(i));
                }
            }
            steps.clear();
        }

        private void decided(
                Step step, Match match, Verdict verdict, List<DecisionCall.Planned> planned) {
            if (++decisions > MOST_DECISIONS) {
                throw tooLarge(MOST_DECISIONS);
            }
            time.decided(match, step.event(), verdict);
            into.accept(DryDecision.of(step.event(), match.rule(), verdict, planned));
        }

        private static Reply join(CompletableFuture<Reply> reply) {
            try {
                return reply.join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof BusException failure) {
                    throw failure;
                }
                throw e;
            }
        }
    }
}
