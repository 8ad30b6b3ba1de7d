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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The enabled rules of one workspace, compiled: which of them does an event set off? Immutable, and
 * without randomness or I/O, so that the answer for an event at a time is always the same. Texts
 * and gifts are looked up; patterns, and rules of the other types, are asked one by one.
 */
final class RuleEngine {

    static final RuleEngine EMPTY = new RuleEngine(List.of());

    /** Most times that one event fires a {@code per_increment} rule. */
    static final int MAX_TIMES = 100;

    private static final String COMMENT = "tiktok.comment";
    private static final String GIFT = "tiktok.gift";
    private static final String SUBSCRIBE = "tiktok.subscribe";
    private static final String CONTROL = "tiktok.control";
    private static final String LIKE = "tiktok.like";
    private static final String VIEWERS = "tiktok.viewers";
    private static final String TICK = "streamwire.tick";
    private static final String VOTE_ENDED = "streamwire.vote_ended";

    private final List<Rule> rules = new ArrayList<>();
    private final Set<String> types = new HashSet<>();
    private final CommentIndex comments;
    private final GiftIndex gifts = new GiftIndex();

    /** The rules of the other types, which are few: each is asked. */
    private final Map<String, List<Integer>> others = new HashMap<>();

    private final Map<UUID, Integer> votes = new HashMap<>();

    /** The rules that are called by their id. */
    private final Map<UUID, Integer> called = new HashMap<>();

    /**
     * Compiles rules; disabled ones are left out.
     *
     * @param all of one workspace, in the order in which they decide
     */
    RuleEngine(List<Rule> all) {
        var ofComments = new CommentIndex.Builder();
        for (var rule : all) {
            if (rule.definition().enabled()) {
                add(rule, ofComments);
            }
        }
        comments = ofComments.build();
    }

    private void add(Rule rule, CommentIndex.Builder ofComments) {
        int number = rules.size();
        rules.add(rule);
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
                    others.computeIfAbsent(type(trigger), _ -> new ArrayList<>()).add(number);
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
        return others.getOrDefault(TICK, List.of()).stream()
                .anyMatch(number -> times(rules.get(number).definition().trigger(), time) > 0);
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
        for (var number : others.getOrDefault(event.type(), List.of())) {
            int times = times(rules.get(number).definition().trigger(), event.payload());
            if (times > 0) {
                hits.add(number, times, 0);
            }
        }
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
        found.forEach((number, hit) -> {
            var rule = rules.get(number);
            if (hears(rule, event)) {
                matches.add(new Match(rule, hit.times(), hit.choice(), refusal(rule, event, now)));
            }
        });
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
        /** How many actions it can set in motion at most, if it fires. */
        int actions() {
            return refusal == null ? times * rule.definition().most() : 0;
        }
    }
}
