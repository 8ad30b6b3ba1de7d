package io.streamwire.rules;

import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.Liked;
import io.streamwire.contract.LiveEvent.VoteEnded;
import io.streamwire.contract.Viewer;
import io.streamwire.rules.RuleEngine.Match;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an event adds to the crowd of a rule, as decide.lua takes it.
 *
 * @param kind of crowd in decide.lua
 * @param keys that hold it in Redis
 * @param outcome as long as it is not enough
 * @param needed what is enough
 * @param ms its time
 */
record Gathering(
        String kind,
        List<String> keys,
        String outcome,
        long needed,
        long ms,
        List<String> parameters) {

    /** The outcome of the first vote; the end of the voting comes by itself. */
    static final String VOTE_BEGUN = "vote_begun";

    /** How long the likes of a viewer are remembered without new ones. */
    private static final Duration LIKES = Duration.ofHours(12);

    /** Null when the rule needs no crowd. */
    static @Nullable Gathering of(Space space, Match match, LiveEvent event) {
        var rule = match.rule();
        if (rule.definition().trigger() instanceof Trigger.Likes(var every, var per)
                && per == Trigger.LikesPer.VIEWER
                && every > 0) {
            return likes(space, rule, every, event);
        }
        var crowd = rule.definition().crowd();
        return crowd == null ? null : of(crowd, space, match, event);
    }

    private static Gathering likes(Space space, Rule rule, long every, LiveEvent event) {
        var taps = event.payload() instanceof Liked liked ? liked.count() : 0;
        var key = "likes:%s:%s:%s".formatted(rule.id(), event.livestreamId(), event.user().id());
        return new Gathering(
                "every",
                List.of(space.key(key)),
                "likes",
                every,
                LIKES.toMillis(),
                List.of(Integer.toString(taps)));
    }

    private static Gathering of(Crowd crowd, Space space, Match match, LiveEvent event) {
        var viewer = event.user();
        var key = space.key("crowd:" + match.rule().id());
        var choice = Integer.toString(match.choice());
        return switch (crowd) {
            case Crowd.Viewers(var count, var ms, var window) ->
                    new Gathering(
                            "viewers",
                            List.of(key + ":viewers"),
                            "crowd_viewers",
                            count,
                            ms,
                            List.of(viewer.id(), window.toString()));
            case Crowd.Sum(var of, var reaches, var ms, var window) ->
                    new Gathering(
                            "sum",
                            List.of(key + ":" + of + ":" + window + ":" + ms),
                            "crowd_sum",
                            reaches,
                            ms,
                            List.of(
                                    Long.toString(
                                            Crowd.amount(
                                                    of,
                                                    match.rule().definition().trigger(),
                                                    event.payload())),
                                    window.toString(),
                                    Long.toString(Math.ceilDiv(ms, Crowd.Sum.SLOTS))));
            case Crowd.Tug(var lead, var ms, var weight) ->
                    new Gathering(
                            "tug",
                            List.of(key + ":tug"),
                            "crowd_tug",
                            lead,
                            ms,
                            List.of(choice, weight(weight, match, event)));
            case Crowd.Vote vote when event.payload() instanceof VoteEnded ->
                    new Gathering(
                            "tally",
                            List.of(key + ":vote", key + ":vote:" + event.id()),
                            "vote_voters",
                            vote.minVoters(),
                            vote.withinMs(),
                            List.of(
                                    Integer.toString(
                                            match.rule().definition().trigger().choices().size()),
                                    tie(vote.tie(), match, event)));
            case Crowd.Vote vote -> vote(vote, key, match, event);
        };
    }

    private static Gathering vote(Crowd.Vote vote, String key, Match match, LiveEvent event) {
        var viewer = event.user();
        var end = end(vote, match, event);
        return new Gathering(
                "vote",
                List.of(key + ":vote", key + ":vote:", key + ":vote:" + end.id()),
                "vote_counted",
                vote.minVoters(),
                vote.withinMs(),
                List.of(
                        Integer.toString(match.choice()),
                        weight(vote.weight(), match, event),
                        viewer.id(),
                        vote.weight().diamonds() ? "add" : "replace",
                        end.id().toString(),
                        event.livestreamId().toString(),
                        Json.write(end)));
    }

    /** The event that ends a vote, which began with another. */
    static LiveEvent end(Crowd.Vote vote, Match match, LiveEvent event) {
        return new LiveEvent(
                Ids.derived("vote", event.id().toString(), match.rule().id().toString()),
                event.livestreamId(),
                event.workspaceId(),
                "0",
                event.ts().plusMillis(vote.withinMs()),
                event.receivedAt().plusMillis(vote.withinMs()),
                false,
                event.simulated(),
                Viewer.NOBODY,
                event.counters(),
                new VoteEnded(match.rule().id()));
    }

    private static String weight(Crowd.Weight weight, Match match, LiveEvent event) {
        var trigger = match.rule().definition().trigger();
        return Long.toString(weight.of(event.user(), trigger, event.payload()));
    }

    private static String tie(Crowd.Tie tie, Match match, LiveEvent event) {
        return switch (tie) {
            case FIRST, NONE -> tie.toString();
            // Not to be foreseen, and yet the same when the event comes again.
            case RANDOM ->
                    Long.toString(
                            Ids.derived("tie", event.id().toString(), match.rule().id().toString())
                                            .getMostSignificantBits()
                                    >>> 32);
        };
    }
}
