package io.streamwire.rules;

import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.ButtonPressed;
import io.streamwire.contract.LiveEvent.CommentPosted;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Liked;
import io.streamwire.contract.LiveEvent.RoomChanged;
import io.streamwire.contract.LiveEvent.Subscribed;
import io.streamwire.contract.LiveEvent.TimePassed;
import io.streamwire.contract.LiveEvent.ViewersCounted;
import io.streamwire.contract.LiveEvent.VoteEnded;
import io.streamwire.contract.LiveEvent.WebhookReceived;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The enabled rules of one workspace, compiled: which of them does an event set off? Immutable, and
 * without randomness or I/O, so that the answer for an event at a time is always the same. Texts
 * and gifts are looked up; triggers of the other types are asked, equal ones once.
 */
final class RuleEngine {

    /** Who decides first. */
    private static final Comparator<Rule> FIRST =
            Comparator.comparingInt((Rule rule) -> rule.definition().priority()).reversed();

    static final RuleEngine EMPTY = new RuleEngine(List.of());

    /** Most times that one event fires a {@code per_increment} rule. */
    static final int MAX_TIMES = 100;

    /**
     * Most that the expressions of all rules may take that one event sets off, see {@link
     * Expression#work}: some 100 ms.
     */
    static final int MAX_WORK = 1_000;

    /** The outcome when the rules before it have used up what one event may take. */
    static final String TOO_MUCH = "too_much";

    private static final String COMMENT = "tiktok.comment";
    private static final String GIFT = "tiktok.gift";
    private static final String SUBSCRIBE = "tiktok.subscribe";
    private static final String CONTROL = "tiktok.control";
    private static final String LIKE = "tiktok.like";
    private static final String VIEWERS = "tiktok.viewers";
    private static final String TICK = "streamwire.tick";
    private static final String VOTE_ENDED = "streamwire.vote_ended";

    /** In the order in which they decide. */
    private final List<Rule> rules = new ArrayList<>();

    private final List<Integer> works = new ArrayList<>();

    private final Set<String> types = new HashSet<>();
    private final CommentIndex comments;
    private final GiftIndex gifts = new GiftIndex();

    /** The rules of the other types: triggers that are equal are asked once for all of them. */
    private final Map<String, Map<Trigger, List<Integer>>> others = new HashMap<>();

    private final Map<UUID, Integer> votes = new HashMap<>();

    /** The rules that are called by their id. */
    private final Map<UUID, Integer> called = new HashMap<>();

    /**
     * Compiles rules; disabled ones are left out.
     *
     * @param all of one workspace; those of equal priority decide in this order
     */
    RuleEngine(List<Rule> all) {
        var ofComments = new CommentIndex.Builder();
        all.stream()
                .filter(rule -> rule.definition().enabled())
                .sorted(FIRST)
                .forEach(rule -> add(rule, ofComments));
        comments = ofComments.build();
    }

    private void add(Rule rule, CommentIndex.Builder ofComments) {
        int number = rules.size();
        rules.add(rule);
        works.add(rule.definition().work());
        var trigger = rule.definition().trigger();
        types.add(type(trigger));
        switch (trigger) {
            case Trigger.Comment comment -> ofComments.add(number, comment);
            case Trigger.CommentRegex regex -> ofComments.add(number, regex);
            case Trigger.Gift gift -> gifts.add(number, gift);
            case Trigger.Happened _,
                    Trigger.Subscribe _,
                    Trigger.Likes _,
                    Trigger.ViewerCount _,
                    Trigger.Timer _,
                    Trigger.Live _ ->
                    others.computeIfAbsent(type(trigger), _ -> new LinkedHashMap<>())
                            .computeIfAbsent(trigger, _ -> new ArrayList<>())
                            .add(number);
            case Trigger.Manual _, Trigger.Webhook _ -> called.put(rule.id(), number);
        }
        if (rule.definition().crowd() instanceof Crowd.Vote) {
            votes.put(rule.id(), number);
            types.add(VOTE_ENDED);
        }
    }

    /** The type of the events that a trigger listens to. */
    static String type(Trigger trigger) {
        return switch (trigger) {
            case Trigger.Comment _, Trigger.CommentRegex _ -> COMMENT;
            case Trigger.Gift _ -> GIFT;
            case Trigger.Happened(var what) -> what.eventType();
            case Trigger.Subscribe _ -> SUBSCRIBE;
            case Trigger.Likes _ -> LIKE;
            case Trigger.ViewerCount _ -> VIEWERS;
            case Trigger.Timer _ -> TICK;
            case Trigger.Live _ -> CONTROL;
            case Trigger.Manual _ -> ButtonPressed.TYPE;
            case Trigger.Webhook _ -> WebhookReceived.TYPE;
        };
    }

    /** Whether any rule listens to events of this type: if not, an event need not be read. */
    boolean listensTo(String type) {
        return types.contains(type);
    }

    /** An enabled rule. */
    Optional<Rule> rule(UUID id) {
        return rules.stream().filter(rule -> rule.id().equals(id)).findFirst();
    }

    /** The rules for which events may wait. */
    List<UUID> queues() {
        return rules.stream()
                .filter(rule -> rule.definition().queue() != null)
                .map(Rule::id)
                .toList();
    }

    /** Whether any rule has a timer. */
    boolean hasTimers() {
        return types.contains(TICK);
    }

    /** Whether any rule holds votes. */
    boolean hasVotes() {
        return !votes.isEmpty();
    }

    /** Whether a rule's timer has run down. */
    boolean hasTimerDue(TimePassed time) {
        return others.getOrDefault(TICK, Map.of()).keySet().stream()
                .anyMatch(trigger -> times(trigger, time) > 0);
    }

    /**
     * The rules whose trigger the event matches, in their order; none for a historical event.
     *
     * @param now for what depends on the time of day
     */
    List<Match> match(LiveEvent event, Instant now) {
        if (event.historical() || !listensTo(event.type())) {
            return List.of();
        }
        var hits = new Hits();
        switch (event.payload()) {
            case CommentPosted(var text) -> comments.match(CommentText.of(text), hits);
            case GiftSent gift -> gifts.match(gift, hits);
            case VoteEnded(var ruleId) -> {
                var number = votes.get(ruleId);
                if (number != null) {
                    hits.add(number, 1, 0);
                }
            }
            case ButtonPressed pressed -> call(pressed.ruleId(), event, hits);
            case WebhookReceived received -> call(received.ruleId(), event, hits);
            default -> ask(event, hits);
        }
        return matches(hits, event, now);
    }

    private void call(UUID ruleId, LiveEvent event, Hits hits) {
        var number = called.get(ruleId);
        if (number != null && type(rules.get(number).definition().trigger()).equals(event.type())) {
            hits.add(number, 1, 0);
        }
    }

    /** Which rule a button or hook is of; null when the event is of neither. */
    static @Nullable UUID called(LiveEvent.Payload payload) {
        if (payload instanceof ButtonPressed pressed) {
            return pressed.ruleId();
        }
        return payload instanceof WebhookReceived received ? received.ruleId() : null;
    }

    private void ask(LiveEvent event, Hits hits) {
        others.getOrDefault(event.type(), Map.of())
                .forEach((trigger, numbers) -> {
                    int times = times(trigger, event.payload());
                    if (times > 0) {
                        for (int number : numbers) {
                            hits.add(number, times, 0);
                        }
                    }
                });
    }

    /** How often an event of the trigger's type sets it off. */
    static int times(Trigger trigger, LiveEvent.Payload payload) {
        return switch (trigger) {
            case Trigger.Likes likes -> payload instanceof Liked liked ? likes.times(liked) : 0;
            case Trigger.Happened _ -> 1;
            case Trigger.Subscribe(var minMonths) ->
                    payload instanceof Subscribed(var months) && months >= minMonths ? 1 : 0;
            case Trigger.ViewerCount count ->
                    payload instanceof ViewersCounted viewers && count.crossed(viewers) ? 1 : 0;
            case Trigger.Timer timer ->
                    payload instanceof TimePassed time && timer.due(time) ? 1 : 0;
            case Trigger.Live(var states) ->
                    payload instanceof RoomChanged(var state) && states.contains(state) ? 1 : 0;
            case Trigger.Comment _,
                    Trigger.CommentRegex _,
                    Trigger.Gift _,
                    Trigger.Manual _,
                    Trigger.Webhook _ ->
                    throw new IllegalStateException("has an index of its own");
        };
    }

    private List<Match> matches(Hits hits, LiveEvent event, Instant now) {
        var found = hits.found();
        if (found == null) {
            return List.of();
        }
        var matches = new ArrayList<Match>(found.size());
        int work = 0;
        for (var each : found.entrySet()) {
            var rule = rules.get(each.getKey());
            if (hears(rule, event)) {
                work += works.get(each.getKey());
                // Those above the bound on rules do not decide, so that nobody asks.
                var refusal =
                        matches.size() >= Decider.MAX_RULES_PER_EVENT || work > MAX_WORK
                                ? TOO_MUCH
                                : refusal(rule, event, now);
                var hit = each.getValue();
                // Who counts up to something fires once when it is reached.
                int times = rule.definition().crowd() == null ? hit.times() : 1;
                matches.add(new Match(rule, times, hit.choice(), refusal));
            }
        }
        return matches;
    }

    /** Who votes must meet the conditions; the end of the vote is nobody's. */
    private static @Nullable String refusal(Rule rule, LiveEvent event, Instant now) {
        return event.payload() instanceof VoteEnded
                ? null
                : rule.definition().conditions().unmet(event, now);
    }

    private static boolean hears(Rule rule, LiveEvent event) {
        UUID livestream = rule.definition().livestreamId();
        return livestream == null || livestream.equals(event.livestreamId());
    }

    /**
     * A rule whose trigger an event matches.
     *
     * @param times how often its actions run, 1 to {@value #MAX_TIMES}
     * @param choice by which of the trigger's choices, from 1; 0 = it has none
     * @param refusal why they do not run at all, as an outcome; null when nothing speaks against it
     *     yet
     */
    record Match(Rule rule, int times, int choice, @Nullable String refusal) {
        /** The same, but it may not run. */
        Match refused(String why) {
            return new Match(rule, times, choice, why);
        }

        /** How many actions it can set in motion at most, if it fires. */
        int actions() {
            return refusal == null ? times * rule.definition().most() : 0;
        }
    }
}
