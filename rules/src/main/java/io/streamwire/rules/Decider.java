package io.streamwire.rules;

import io.streamwire.bus.BatchHandler;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Entry;
import io.streamwire.bus.Lease;
import io.streamwire.bus.Reply;
import io.streamwire.contract.Decision;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.rules.RuleEngine.Match;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decides what the rules do about each live event. An event that sets nothing off costs a look-up
 * and at most one parse; every other one step in Redis (decide.lua), sent without waiting and
 * awaited at the end of the batch.
 */
final class Decider implements BatchHandler {

    static final String GROUP = "rules";

    /** Most rules that one event sets off, and most actions of all of them. */
    static final int MAX_RULES_PER_EVENT = 200;

    static final int MAX_ACTIONS_PER_EVENT = 500;

    private static final Logger LOG = System.getLogger(Decider.class.getName());
    private static final String OF_TIKTOK = "tiktok.";
    private static final String VIEWERS = "tiktok.viewers";

    private final Function<UUID, RuleEngine> engines;
    private final DelayedActions delayed;
    private final Timers timers;
    private final Standings standings;
    private final InstantSource clock;
    private final Duration maxAge;

    /**
     * @param engines the rules of a workspace
     * @param maxAge how long after its frame an event may still fire
     */
    Decider(
            Function<UUID, RuleEngine> engines,
            DelayedActions delayed,
            Timers timers,
            Standings standings,
            InstantSource clock,
            Duration maxAge) {
        this.engines = engines;
        this.delayed = delayed;
        this.timers = timers;
        this.standings = standings;
        this.clock = clock;
        this.maxAge = maxAge;
    }

    @Override
    public void handle(Lease lease, List<Entry> entries) {
        var steps = new ArrayList<Step>();
        for (var entry : entries) {
            var step = decide(lease, entry);
            if (step != null) {
                steps.add(step);
            }
        }
        BusException failure = null;
        for (var step : steps) {
            try {
                finish(lease, step);
            } catch (BusException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private @Nullable Step decide(Lease lease, Entry entry) {
        var workspaceId = workspace(entry);
        if (workspaceId == null) {
            return null;
        }
        var engine = engines.apply(workspaceId);
        if (engine.hasTimers()) {
            seen(lease, workspaceId, entry);
        }
        if (!engine.listensTo(entry.type())) {
            return null;
        }
        var event = event(entry);
        if (event == null || !event.workspaceId().equals(workspaceId)) {
            return null;
        }
        var trace = entry.field("trace");
        var plan = plan(lease, engine, event, frame(entry, event), trace);
        return plan == null
                ? null
                : new Step(
                        event,
                        trace,
                        plan.matches(),
                        lease.step(
                                DecisionCall.SCRIPT,
                                GROUP,
                                entry,
                                plan.call().keys(),
                                plan.call().args()));
    }

    /** What is to be decided on in Redis. */
    private record Plan(List<Match> matches, DecisionCall call) {}

    /** Null when nothing is set off, or a defect shows: the events behind it must go on. */
    private @Nullable Plan plan(
            Lease lease, RuleEngine engine, LiveEvent event, long frame, String trace) {
        try {
            var matches = bounded(event, engine.match(event, Hops.instant(frame)));
            if (matches.isEmpty()) {
                return null;
            }
            var decided = Hops.micros(clock.instant());
            var space = Space.live(lease.partition(), maxAge);
            var stale = decided - frame > maxAge.toNanos() / 1_000;
            var refusal = stale ? Decision.STALE : "";
            var call = new DecisionCall(space, event, frame, decided, refusal, trace);
            matches.forEach(call::add);
            return new Plan(matches, call);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "event=" + event.id() + " decided=no", e);
            return null;
        }
    }

    /** A live goes on as long as TikTok says something. */
    private void seen(Lease lease, UUID workspaceId, Entry entry) {
        if (entry.type().startsWith(OF_TIKTOK)) {
            var event = entry.type().equals(VIEWERS) ? event(entry) : null;
            timers.seen(
                    lease.partition(),
                    workspaceId,
                    entry.field("livestream_id"),
                    event == null ? null : event.counters());
        }
    }

    private static @Nullable UUID workspace(Entry entry) {
        try {
            return UUID.fromString(entry.field("workspace_id"));
        } catch (IllegalArgumentException e) {
            skipped(entry, "no workspace_id");
            return null;
        }
    }

    private static List<Match> bounded(LiveEvent event, List<Match> matches) {
        var fitting = fitting(matches);
        if (fitting.size() < matches.size()) {
            LOG.log(
                    Level.WARNING,
                    "event={0} rule={1} outcome=too_many_actions rules_left_out={2}",
                    event.id(),
                    matches.get(fitting.size()).rule().id(),
                    matches.size() - fitting.size());
        }
        return fitting;
    }

    /** The first rules, as many as may decide: one event must not keep Redis busy for everybody. */
    static List<Match> fitting(List<Match> matches) {
        int actions = 0;
        for (int i = 0; i < matches.size(); i++) {
            actions += matches.get(i).actions();
            if (i == MAX_RULES_PER_EVENT || actions > MAX_ACTIONS_PER_EVENT) {
                return matches.subList(0, i);
            }
        }
        return matches;
    }

    private static @Nullable LiveEvent event(Entry entry) {
        try {
            return Json.read(entry.body(), LiveEvent.class);
        } catch (Json.MalformedJson e) {
            skipped(entry, e.getMessage());
            return null;
        }
    }

    private static void skipped(Entry entry, @Nullable String reason) {
        LOG.log(
                Level.WARNING,
                "event={0} entry={1} skipped=malformed reason=\"{2}\"",
                entry.field("id"),
                entry.id(),
                reason);
    }

    private static long frame(Entry entry, LiveEvent event) {
        try {
            return Long.parseLong(entry.field("frame_us"));
        } catch (NumberFormatException e) {
            return Hops.micros(event.receivedAt());
        }
    }

    /** Waits for Redis; what can pass is thrown, what never will is logged and left. */
    private void finish(Lease lease, Step step) {
        try {
            var reply = step.reply().join();
            var verdicts = Verdict.all(reply);
            for (int i = 0; i < step.matches().size(); i++) {
                var match = step.matches().get(i);
                log(step, match, verdicts.get(i));
                standings.decided(lease.partition(), match, step.event(), verdicts.get(i));
            }
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case BusException.ScriptFailed failed ->
                        LOG.log(
                                Level.ERROR,
                                "event={0} decided=no reason=\"{1}\"",
                                step.event().id(),
                                failed.getMessage());
                case BusException passing -> throw passing;
                case null, default -> throw e;
            }
        }
        if (step.matches().stream().anyMatch(match -> match.rule().definition().comesLater())) {
            delayed.wake(lease.partition());
        }
    }

    private static void log(Step step, Match match, Verdict verdict) {
        LOG.log(
                verdict.fired() ? Level.INFO : Level.DEBUG,
                "event={0} rule={1} outcome={2} actions={3} remaining_ms={4} trace={5}"
                        + " workspace={6}",
                step.event().id(),
                match.rule().id(),
                verdict.outcome(),
                verdict.actions(),
                Long.toString(verdict.remainingMs()),
                DecisionCall.trace(step.event(), step.trace()),
                step.event().workspaceId());
    }

    /** One event under way in Redis. */
    private record Step(
            LiveEvent event, String trace, List<Match> matches, CompletableFuture<Reply> reply) {}
}
