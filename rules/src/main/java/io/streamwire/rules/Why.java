package io.streamwire.rules;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamwire.contract.Decision;
import io.streamwire.contract.LiveEvent;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Why a rule fired for an event, or did not.
 *
 * @param ruleVersion of the rule that was looked at: the present one
 * @param reason the outcome of the decision; without one what keeps the rule as it is now from
 *     matching, or {@link #NOT_DECIDED}
 * @param observed what the event had, empty when it is not about the event
 * @param needed the part of the rule that was not met
 * @param remainingMs how long a cooldown or limit still held when it was decided, ms
 * @param decision what was decided then; null when the trigger did not match
 */
record Why(
        UUID eventId,
        UUID ruleId,
        long ruleVersion,
        boolean fired,
        String reason,
        ObjectNode observed,
        ObjectNode needed,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long remainingMs,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Execution decision) {

    /** Nothing keeps the rule from matching, and still there is no decision. */
    static final String NOT_DECIDED = "not_decided";

    /** The same, and the rule was not like this when the event came. */
    static final String CHANGED_SINCE = "changed_since";

    /**
     * Out of a decision.
     *
     * @param event null when it is not stored any more
     */
    static Why decided(Rule rule, Execution decision, @Nullable LiveEvent event) {
        var outcome = decision.outcome();
        return new Why(
                decision.eventId(),
                rule.id(),
                rule.version(),
                outcome.equals(Decision.FIRED),
                outcome,
                observed(decision, event),
                Stop.needed(rule, outcome),
                decision.remainingMs(),
                decision);
    }

    private static ObjectNode observed(Execution decision, @Nullable LiveEvent event) {
        if (decision.observed() != null) {
            var what = decision.outcome().equals(Conditions.DEVICE_OFFLINE) ? "online" : "crowd";
            return Explanation.json().put(what, decision.observed());
        }
        return event == null
                ? Explanation.json()
                : Stop.observed(decision.outcome(), event, decision.at());
    }

    /** Out of the event alone. */
    static Why undecided(Rule rule, LiveEvent event) {
        Optional<Explanation> found =
                Explanation.of(rule, event)
                        .or(() -> Stop.condition(rule, event, event.receivedAt()));
        var explanation =
                found.orElseGet(() ->
                        new Explanation(
                                rule.updatedAt().isAfter(event.receivedAt())
                                        ? CHANGED_SINCE
                                        : NOT_DECIDED,
                                Explanation.json()
                                        .put("received_at", event.receivedAt().toString()),
                                Explanation.json().put("updated_at", rule.updatedAt().toString())));
        return new Why(
                event.id(),
                rule.id(),
                rule.version(),
                false,
                explanation.reason(),
                explanation.observed(),
                explanation.needed(),
                null,
                null);
    }
}
