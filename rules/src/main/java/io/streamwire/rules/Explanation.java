package io.streamwire.rules;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.CommentPosted;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.VoteEnded;
import java.util.Optional;

/**
 * Why a rule has nothing to do with an event: the first thing that keeps its trigger from matching.
 * Pure, and by the same code that matches, so that it cannot disagree with {@link RuleEngine}.
 *
 * @param reason a word
 * @param observed what the event, or the rule, had
 * @param needed the part of the rule, as in its JSON, that it would have had to meet
 */
record Explanation(String reason, ObjectNode observed, ObjectNode needed) {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Empty when {@link RuleEngine#match} of the rule alone has it. */
    static Optional<Explanation> of(Rule rule, LiveEvent event) {
        var definition = rule.definition();
        if (!definition.enabled()) {
            return stopped(rule, "disabled", json().put("enabled", false));
        }
        if (definition.livestreamId() != null
                && !definition.livestreamId().equals(event.livestreamId())) {
            return stopped(
                    rule,
                    "wrong_livestream",
                    json().put("livestream_id", event.livestreamId().toString()),
                    "livestream_id");
        }
        if (event.historical()) {
            return stopped(rule, "historical", json().put("historical", true));
        }
        if (event.payload() instanceof VoteEnded(var ruleId)
                && ruleId.equals(rule.id())
                && definition.crowd() instanceof Crowd.Vote) {
            return Optional.empty();
        }
        if (!RuleEngine.type(definition.trigger()).equals(event.type())) {
            return ofTrigger(rule, "trigger_type", json().put("type", event.type()), "type");
        }
        return switch (definition.trigger()) {
            case Trigger.Comment trigger -> {
                var index = new CommentIndex.Builder();
                index.add(0, trigger);
                yield text(rule, index.build(), event);
            }
            case Trigger.CommentRegex trigger -> {
                var index = new CommentIndex.Builder();
                index.add(0, trigger);
                yield text(rule, index.build(), event);
            }
            case Trigger.Gift trigger ->
                    event.payload() instanceof GiftSent gift
                            ? GiftExplanation.of(rule, trigger, gift)
                            : Optional.empty();
            case Trigger.Happened _ -> Optional.empty();
            case Trigger.Subscribe _ -> value(rule, "months", event);
            case Trigger.Likes _ -> value(rule, "likes", event);
            case Trigger.ViewerCount _ -> value(rule, "viewers", event);
            case Trigger.Timer _ -> value(rule, "timer", event);
            case Trigger.Live _ -> value(rule, "state", event);
            case Trigger.Manual _, Trigger.Webhook _ -> called(rule, event);
        };
    }

    private static Optional<Explanation> text(Rule rule, CommentIndex index, LiveEvent event) {
        var comment =
                CommentText.of(event.payload() instanceof CommentPosted(var text) ? text : "");
        var hits = new Hits();
        index.match(comment, hits);
        var read =
                rule.definition().trigger() instanceof Trigger.CommentRegex
                        ? comment.normalised()
                        : comment.folded();
        return hits.found() == null
                ? ofTrigger(rule, "text", json().put("text", read))
                : Optional.empty();
    }

    private static Optional<Explanation> called(Rule rule, LiveEvent event) {
        var called = RuleEngine.called(event.payload());
        return called == null || called.equals(rule.id())
                ? Optional.empty()
                : ofTrigger(rule, "other_rule", json().put("rule_id", called.toString()), "type");
    }

    /** Of a trigger that looks at numbers of the event. */
    private static Optional<Explanation> value(Rule rule, String reason, LiveEvent event) {
        return RuleEngine.times(rule.definition().trigger(), event.payload()) > 0
                ? Optional.empty()
                : ofTrigger(rule, reason, Json.mapper().valueToTree(event.payload()));
    }

    static ObjectNode json() {
        return NODES.objectNode();
    }

    /** With fields of the rule's trigger; all of it when none are named. */
    static Optional<Explanation> ofTrigger(
            Rule rule, String reason, ObjectNode observed, String... fields) {
        var trigger = TriggerJson.write(rule.definition().trigger());
        var needed = NODES.objectNode();
        needed.set("trigger", fields.length == 0 ? trigger : trigger.retain(fields));
        return Optional.of(new Explanation(reason, observed, needed));
    }

    private static Optional<Explanation> stopped(
            Rule rule, String reason, ObjectNode observed, String... fields) {
        var needed = RuleJson.write(rule.definition()).retain(fields);
        return Optional.of(new Explanation(reason, observed, needed));
    }
}
