package io.streamwire.rules;

import io.streamwire.bus.BatchHandler;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Entry;
import io.streamwire.bus.Lease;
import io.streamwire.bus.Reply;
import io.streamwire.bus.Script;
import io.streamwire.contract.Action;
import io.streamwire.contract.Decision;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.RuleCause;
import io.streamwire.contract.Stream;
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

    /** Most delayed actions that wait in one partition. */
    static final int MAX_DELAYED = 10_000;

    /** Most rules that one event sets off, and most actions of all of them. */
    static final int MAX_RULES_PER_EVENT = 200;

    static final int MAX_ACTIONS_PER_EVENT = 500;

    private static final Logger LOG = System.getLogger(Decider.class.getName());
    private static final Script DECIDE = Script.of(Decider.class, "decide.lua");

    /** Where an action's JSON has its epoch, which only decide.lua knows. */
    private static final String EPOCH = ",\"epoch\":0,";

    private final Function<UUID, RuleEngine> engines;
    private final DelayedActions delayed;
    private final InstantSource clock;
    private final long maxAgeMicros;

    /**
     * @param engines the rules of a workspace
     * @param maxAge how long after its frame an event may still fire
     */
    Decider(
            Function<UUID, RuleEngine> engines,
            DelayedActions delayed,
            InstantSource clock,
            Duration maxAge) {
        this.engines = engines;
        this.delayed = delayed;
        this.clock = clock;
        this.maxAgeMicros = maxAge.toNanos() / 1_000;
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
        if (!engine.listensTo(entry.type())) {
            return null;
        }
        var event = event(entry);
        if (event == null || !event.workspaceId().equals(workspaceId)) {
            return null;
        }
        var matches = bounded(event, engine.match(event, clock.instant()));
        if (matches.isEmpty()) {
            return null;
        }
        var call = new Call(lease.partition(), event, frame(entry, event));
        matches.forEach(call::add);
        return new Step(event, matches, lease.step(DECIDE, GROUP, entry, call.keys, call.args));
    }

    private static @Nullable UUID workspace(Entry entry) {
        try {
            return UUID.fromString(entry.field("workspace_id"));
        } catch (IllegalArgumentException e) {
            skipped(entry, "no workspace_id");
            return null;
        }
    }

    /** One event must not keep Redis busy for everybody. */
    private static List<Match> bounded(LiveEvent event, List<Match> matches) {
        int actions = 0;
        for (int i = 0; i < matches.size(); i++) {
            var match = matches.get(i);
            actions += match.actions();
            if (i == MAX_RULES_PER_EVENT || actions > MAX_ACTIONS_PER_EVENT) {
                LOG.log(
                        Level.WARNING,
                        "event={0} rule={1} outcome=too_many_actions rules_left_out={2}",
                        event.id(),
                        match.rule().id(),
                        matches.size() - i);
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
            for (int i = 0; i < step.matches().size(); i++) {
                log(step.event(), step.matches().get(i), reply.text(2 * i), reply.text(2 * i + 1));
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
        if (step.matches().stream().anyMatch(match -> match.rule().definition().hasDelay())) {
            delayed.wake(lease.partition());
        }
    }

    private static void log(LiveEvent event, Match match, String outcome, String remainingMs) {
        LOG.log(
                outcome.equals(Decision.FIRED) ? Level.INFO : Level.DEBUG,
                "event={0} rule={1} outcome={2} actions={3} remaining_ms={4}",
                event.id(),
                match.rule().id(),
                outcome,
                outcome.equals(Decision.FIRED) ? match.actions() : 0,
                remainingMs);
    }

    /** One event under way in Redis. */
    private record Step(LiveEvent event, List<Match> matches, CompletableFuture<Reply> reply) {}

    /** The beginning of a {@link Decision}; decide.lua adds what it finds. */
    private record DecisionHead(UUID id, UUID workspaceId, UUID eventId, UUID ruleId, long at) {}

    /** Keys and arguments of decide.lua for one event. */
    private final class Call {

        final List<String> keys = new ArrayList<>();
        final List<String> args = new ArrayList<>();

        private final int partition;
        private final LiveEvent event;
        private final Hops hops;
        private final long decidedMs;

        Call(int partition, LiveEvent event, long frameMicros) {
            var decidedMicros = Hops.micros(clock.instant());
            this.partition = partition;
            this.event = event;
            this.hops = new Hops(frameMicros, decidedMicros, null, null, null, null);
            this.decidedMs = decidedMicros / 1_000;
            keys.add(Stream.DECISIONS.key(partition));
            keys.add(Stream.ACTIONS.key(partition));
            keys.add(Stream.key(partition, "epochs"));
            keys.add(DelayedActions.key(partition));
            args.add(event.workspaceId().toString());
            args.add(event.id().toString());
            args.add(Long.toString(decidedMicros));
            args.add(decidedMicros - frameMicros > maxAgeMicros ? Decision.STALE : "");
            args.add(Integer.toString(MAX_DELAYED));
        }

        void add(Match match) {
            var rule = match.rule();
            var definition = rule.definition();
            var count = match.actions();
            var ids = new ArrayList<UUID>(count);
            for (int i = 0; i < count; i++) {
                ids.add(Ids.action(event.id(), rule.id(), i));
            }
            var decisionId = Ids.derived("decision", event.id().toString(), rule.id().toString());
            var head =
                    Json.write(
                            new DecisionHead(
                                    decisionId,
                                    event.workspaceId(),
                                    event.id(),
                                    rule.id(),
                                    decidedMs));
            args.add(decisionId.toString());
            args.add(rule.id().toString());
            args.add(head.substring(0, head.length() - 1));
            args.add(Json.write(ids));
            args.add(match.refusal() == null ? "" : match.refusal());
            var gates = match.refusal() == null ? Gate.of(partition, rule, event) : List.<Gate>of();
            args.add(Integer.toString(gates.size()));
            for (var gate : gates) {
                keys.add(gate.key());
                args.add(gate.outcome());
                args.add(Long.toString(gate.ms()));
                args.add(Long.toString(gate.uses()));
            }
            args.add(Integer.toString(count));
            for (int i = 0; i < count; i++) {
                add(rule, ids.get(i), definition.actions().get(i % definition.actions().size()));
            }
        }

        private void add(Rule rule, UUID id, DeviceAction action) {
            var dueMs = decidedMs + action.delayMs();
            var body =
                    Json.write(
                            new Action(
                                    id,
                                    event.workspaceId(),
                                    event.id(),
                                    rule.id(),
                                    action.deviceId(),
                                    action.command(),
                                    action.args(),
                                    dueMs + action.ttlMs(),
                                    0,
                                    event.simulated(),
                                    event.user().id(),
                                    new RuleCause(
                                            event.type(), rule.definition().name(), rule.version()),
                                    traceparent(event.id(), id),
                                    hops));
            // The last one, since an argument may be called epoch too.
            var epoch = body.lastIndexOf(EPOCH) + EPOCH.length() - "0,".length();
            args.add(id.toString());
            args.add(action.deviceId().toString());
            args.add(action.delayMs() == 0 ? "0" : Long.toString(dueMs));
            args.add(body.substring(0, epoch));
            args.add(body.substring(epoch + 1));
        }
    }

    /** W3C trace context: the trace is the event, the span the action. */
    static String traceparent(UUID eventId, UUID actionId) {
        return "00-%s-%016x-01"
                .formatted(eventId.toString().replace("-", ""), actionId.getLeastSignificantBits());
    }
}
