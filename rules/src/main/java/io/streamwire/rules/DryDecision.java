package io.streamwire.rules;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a rule would have decided about an event whose trigger matched.
 *
 * @param at when: the time of the event
 * @param outcome as of a real decision
 * @param remainingMs how long a cooldown or limit would still have held, ms
 * @param observed what a crowd would have had, if the rule waits for one
 * @param needed what it needs
 * @param actions what it would have set in motion, as they would have been published; empty unless
 *     fired
 */
record DryDecision(
        UUID eventId,
        String eventType,
        UUID ruleId,
        Instant at,
        String outcome,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long remainingMs,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long observed,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long needed,
        List<JsonNode> actions) {

    private static final ObjectWriter CANONICAL =
            Json.mapper().writer().with(JsonNodeFeature.WRITE_PROPERTIES_SORTED);

    private static final Set<String> OF_THE_EVENT =
            Set.of(
                    "workspace_id",
                    "event_id",
                    "rule_id",
                    "epoch",
                    "simulated",
                    "viewer_id",
                    "cause",
                    "traceparent",
                    "hops");

    DryDecision {
        actions = List.copyOf(actions);
    }

    static DryDecision of(
            LiveEvent event, Rule rule, Verdict verdict, List<DecisionCall.Planned> planned) {
        return new DryDecision(
                event.id(),
                event.type(),
                rule.id(),
                event.receivedAt(),
                verdict.outcome(),
                verdict.remainingMs() == 0 ? null : verdict.remainingMs(),
                verdict.observed(),
                verdict.needed(),
                planned.stream()
                        .filter(it -> it.happens(verdict))
                        .map(it -> action(it, event))
                        .toList());
    }

    /** What is particular to an action, without what it says about its event and its way. */
    private static JsonNode action(DecisionCall.Planned planned, LiveEvent event) {
        var json = Json.mapper().createObjectNode().put("type", planned.type());
        json.put(
                "delay_ms",
                planned.dueMs() == 0 ? 0 : planned.dueMs() - event.receivedAt().toEpochMilli());
        var body = Json.read(planned.body(), JsonNode.class);
        body.properties().stream()
                .filter(field -> !OF_THE_EVENT.contains(field.getKey()))
                .forEach(field -> json.set(field.getKey(), field.getValue()));
        return json;
    }

    /** The same bytes for the same decision, wherever it was made: UTF-8 JSON, names in order. */
    byte[] canonical() {
        try {
            return CANONICAL.writeValueAsBytes(Json.mapper().valueToTree(this));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a decision is JSON", e);
        }
    }
}
