package io.streamwire.rules;

import io.streamwire.bus.Script;
import io.streamwire.contract.Action;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.VoteEnded;
import io.streamwire.contract.LiveEvent.WebhookReceived;
import io.streamwire.contract.RuleCause;
import io.streamwire.contract.Stream;
import io.streamwire.rules.DeviceAction.Target;
import io.streamwire.rules.RuleEngine.Match;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keys and arguments of decide.lua for one event: the same for a live event and in a dry run, so
 * that both decide alike. Answered by {@link Verdict#all}.
 */
final class DecisionCall {

    static final Script SCRIPT = Script.of(DecisionCall.class, "decide.lua");

    /** Most delayed actions of a workspace that wait; one of 1 KiB or more counts as several. */
    static final int MAX_DELAYED = 10_000;

    /** Most characters of what one event may set in motion. */
    static final int MAX_WRITTEN = 1_000_000;

    /** Where an action's JSON has its epoch, which only decide.lua knows. */
    private static final String EPOCH = ",\"epoch\":0,";

    /** How many keys, and arguments, there are before those of the rules. */
    static final int SHARED_KEYS = 7;

    private static final int SHARED_ARGS = 8;

    private static final String AT_ONCE = "0";
    private static final String ANY_CHOICE = "";
    private static final String NO_QUEUE = "";
    private static final String TURN = "turn";

    /** Who waits with an event that no viewer caused: a name that is no id of TikTok's. */
    private static final String NOBODY = "-";

    private static final String NO_DEVICE = "";

    /** Of an action for whichever devices carry a tag. */
    private static final String TAGGED = "*";

    private final List<String> keys = new ArrayList<>();
    private final List<String> args = new ArrayList<>();
    private final Space space;
    private final LiveEvent event;
    private final String trace;
    private final Hops hops;
    private final long decidedMs;
    private long written;

    /**
     * The beginning of a {@link io.streamwire.contract.Decision}; decide.lua adds what it finds.
     */
    private record DecisionHead(UUID id, UUID workspaceId, UUID eventId, UUID ruleId, long at) {}

    /**
     * @param frameMicros when it happened: the clock of cooldowns, limits and crowds
     * @param decidedMicros when it is decided
     * @param refusal why nothing may fire, as an outcome; empty when it may
     */
    DecisionCall(
            Space space, LiveEvent event, long frameMicros, long decidedMicros, String refusal) {
        this(space, event, frameMicros, decidedMicros, refusal, "");
    }

    /**
     * @param trace of the call that caused the event, 32 hex digits; empty when none did
     */
    DecisionCall(
            Space space,
            LiveEvent event,
            long frameMicros,
            long decidedMicros,
            String refusal,
            String trace) {
        this.space = space;
        this.event = event;
        this.trace = trace(event, trace);
        this.hops = new Hops(frameMicros, decidedMicros, null, null, null, null);
        this.decidedMs = decidedMicros / 1_000;
        int partition = space.partition();
        keys.add(Stream.DECISIONS.key(partition));
        keys.add(Stream.ACTIONS.key(partition));
        keys.add(Stream.key(partition, "epochs"));
        keys.add(DelayedActions.key(partition));
        keys.add(resets(partition));
        keys.add(Stream.key(partition, "arming"));
        keys.add(Stream.key(partition, "online:" + event.workspaceId()));
        args.add(event.workspaceId().toString());
        args.add(event.id().toString());
        args.add(Long.toString(decidedMicros));
        args.add(refusal);
        args.add(Integer.toString(MAX_DELAYED));
        args.add(Long.toString(frameMicros / 1_000));
        args.add(space.dry() ? "dry" : "");
        args.add(Long.toString(space.keep().toMillis()));
    }

    /** When cooldowns and limits were last reset, by rule or workspace. */
    static String resets(int partition) {
        return Stream.key(partition, "resets");
    }

    List<String> keys() {
        return keys;
    }

    List<String> args() {
        return args;
    }

    void add(Match match) {
        var queue = match.rule().definition().queue();
        add(match, queue == null ? NO_QUEUE : queue.mode().toString());
    }

    /** For an event that has waited until now. */
    void addTurn(Match match) {
        add(match, TURN);
    }

    private void add(Match match, String waits) {
        int keysBefore = keys.size();
        int argsBefore = args.size();
        put(match, waits);
        long more = args.subList(argsBefore, args.size()).stream().mapToLong(String::length).sum();
        if (match.refusal() == null && written + more > MAX_WRITTEN) {
            keys.subList(keysBefore, keys.size()).clear();
            args.subList(argsBefore, args.size()).clear();
            put(match.refused(RuleEngine.TOO_MUCH), waits);
            return;
        }
        written += more;
    }

    private void put(Match match, String waits) {
        var rule = match.rule();
        var decisionId = Ids.derived("decision", event.id().toString(), rule.id().toString());
        var head =
                Json.write(
                        new DecisionHead(
                                decisionId, event.workspaceId(), event.id(), rule.id(), decidedMs));
        args.add(decisionId.toString());
        args.add(rule.id().toString());
        args.add(head.substring(0, head.length() - 1));
        var plan =
                match.refusal() == null
                        ? ActionPlan.of(rule, event, match.times())
                        : ActionPlan.refused(match.refusal());
        args.add(plan.refusal() == null ? "" : plan.refusal());
        args.add(devicesOnline(rule));
        addGates(plan.refusal() == null ? Gate.of(space, rule, event) : List.of());
        addCrowd(plan.refusal() == null ? Gathering.of(space, match, event) : null);
        addQueue(plan.refusal(), match, waits);
        addActions(rule, plan.actions());
    }

    /**
     * What must be online. In a dry run everything is: who was when is not known. The end of a vote
     * asks no condition.
     */
    private String devicesOnline(Rule rule) {
        return space.dry() || event.payload() instanceof VoteEnded
                ? ""
                : rule.definition().conditions().devicesOnline().stream()
                        .map(UUID::toString)
                        .collect(Collectors.joining(" "));
    }

    private void addQueue(@Nullable String refusal, Match match, String waits) {
        var queue = match.rule().definition().queue();
        if (waits.equals(NO_QUEUE) || (refusal != null && !waits.equals(TURN))) {
            args.add(NO_QUEUE);
            return;
        }
        keys.addAll(Waiting.keys(space, match.rule().id()));
        args.add(waits);
        args.add(Integer.toString(queue == null ? 0 : queue.size()));
        args.add(Long.toString(queue == null ? 0 : queue.maxAgeMs()));
        args.add(event.user().id().isEmpty() ? NOBODY : event.user().id());
        args.add(waits.equals(TURN) ? "" : Waiting.of(event, match).json());
    }

    private void addGates(List<Gate> gates) {
        args.add(Integer.toString(gates.size()));
        for (var gate : gates) {
            keys.add(gate.key());
            args.add(gate.outcome());
            args.add(Long.toString(gate.ms()));
            args.add(Long.toString(gate.uses()));
        }
    }

    private void addCrowd(@Nullable Gathering gathering) {
        if (gathering == null) {
            args.add("");
            return;
        }
        keys.addAll(gathering.keys());
        args.add(gathering.kind());
        args.add(Integer.toString(gathering.keys().size()));
        args.add(gathering.outcome());
        args.add(Long.toString(gathering.needed()));
        args.add(Long.toString(gathering.ms()));
        args.add(Integer.toString(gathering.parameters().size()));
        args.addAll(gathering.parameters());
    }

    private void addActions(Rule rule, List<ActionPlan.Planned> actions) {
        args.add(Integer.toString(actions.size()));
        for (int i = 0; i < actions.size(); i++) {
            var planned = actions.get(i);
            var id = Ids.action(event.id(), rule.id(), i);
            switch (planned.action()) {
                case DeviceAction device -> addAction(rule, id, device, planned);
                case WebhookAction webhook ->
                        addMessage(Outgoing.TYPE, id, planned, outgoing(rule, id, webhook));
                case OverlayAction overlay ->
                        addMessage(
                                OverlayMessage.TYPE,
                                id,
                                planned,
                                new OverlayMessage(
                                        id,
                                        event.workspaceId(),
                                        event.id(),
                                        rule.id(),
                                        overlay.text().fill(event),
                                        overlay.forMs(),
                                        decidedMs + planned.delayMs()));
            }
        }
    }

    private void addAction(Rule rule, UUID id, DeviceAction action, ActionPlan.Planned planned) {
        var dueMs = decidedMs + planned.delayMs();
        var target = action.target();
        var deviceId = target instanceof Target.Device(var device) ? device : null;
        var body =
                Json.write(
                        new Action(
                                id,
                                event.workspaceId(),
                                event.id(),
                                rule.id(),
                                deviceId,
                                target instanceof Target.Tag(var name) ? name : null,
                                action.command(),
                                planned.args(),
                                priority(rule),
                                dueMs + action.ttlMs(),
                                0,
                                event.simulated(),
                                event.user().id(),
                                new RuleCause(
                                        event.type(), rule.definition().name(), rule.version()),
                                traceparent(trace, id),
                                hops));
        // The last one, since an argument may be called epoch too.
        var epoch = body.lastIndexOf(EPOCH) + EPOCH.length() - "0,".length();
        args.add(Action.TYPE);
        args.add(id.toString());
        args.add(deviceId == null ? TAGGED : deviceId.toString());
        args.add(planned.delayMs() == 0 ? AT_ONCE : Long.toString(dueMs));
        args.add(planned.choice() == 0 ? ANY_CHOICE : Integer.toString(planned.choice()));
        args.add(body.substring(0, epoch));
        args.add(body.substring(epoch + 1));
    }

    /** Null for the usual one. */
    private static @Nullable Integer priority(Rule rule) {
        var priority = rule.definition().priority();
        return priority == Action.USUAL_PRIORITY ? null : priority;
    }

    /**
     * An action that is set in motion if its rule fires.
     *
     * @param type of the entry in the stream
     * @param dueMs ms since the epoch; 0 = at once
     * @param choice the one that must have won; empty = in any case
     * @param body JSON, with the epoch 0 if it is for a device
     */
    record Planned(String type, long dueMs, String choice, String body) {
        boolean happens(Verdict verdict) {
            return verdict.fired()
                    && (choice.equals(ANY_CHOICE) || choice.equals(verdict.choice()));
        }
    }

    /** The actions of each rule, read back from the arguments: live nobody needs them. */
    List<List<Planned>> planned() {
        var planned = new ArrayList<List<Planned>>();
        var rest = args.listIterator(SHARED_ARGS);
        while (rest.hasNext()) {
            skip(rest, 5);
            skip(rest, 3 * Integer.parseInt(rest.next()));
            if (!rest.next().isEmpty()) {
                skip(rest, 4);
                skip(rest, Integer.parseInt(rest.next()));
            }
            if (!rest.next().equals(NO_QUEUE)) {
                skip(rest, 4);
            }
            int count = Integer.parseInt(rest.next());
            var ofRule = new ArrayList<Planned>(count);
            for (int i = 0; i < count; i++) {
                var type = rest.next();
                skip(rest, 1);
                var epoch = rest.next().equals(NO_DEVICE) ? "" : "0";
                var due = Long.parseLong(rest.next());
                var choice = rest.next();
                ofRule.add(new Planned(type, due, choice, rest.next() + epoch + rest.next()));
            }
            planned.add(ofRule);
        }
        return planned;
    }

    private static void skip(Iterator<String> rest, int count) {
        for (int i = 0; i < count; i++) {
            rest.next();
        }
    }

    private Outgoing outgoing(Rule rule, UUID id, WebhookAction action) {
        var hops = event.payload() instanceof WebhookReceived received ? received.hops() : 0;
        var body =
                action.body() == null
                        ? Json.write(RuleFired.of(rule, event, Instant.ofEpochMilli(decidedMs)))
                        : action.body().fill(event);
        return new Outgoing(
                id,
                event.workspaceId(),
                event.id(),
                rule.id(),
                action.url().toString(),
                body,
                hops + 1);
    }

    /** What is for no device, and has no epoch. */
    private void addMessage(String type, UUID id, ActionPlan.Planned planned, Object body) {
        args.add(type);
        args.add(id.toString());
        args.add(NO_DEVICE);
        args.add(planned.delayMs() == 0 ? AT_ONCE : Long.toString(decidedMs + planned.delayMs()));
        args.add(planned.choice() == 0 ? ANY_CHOICE : Integer.toString(planned.choice()));
        args.add(Json.write(body));
        args.add("");
    }

    /** The trace of an event's way: of the call that caused it, else its own id. */
    static String trace(LiveEvent event, String given) {
        return given.isEmpty() ? event.id().toString().replace("-", "") : given;
    }

    /** W3C trace context; the span is the action. */
    static String traceparent(String trace, UUID actionId) {
        return "00-%s-%016x-01".formatted(trace, actionId.getLeastSignificantBits());
    }
}
