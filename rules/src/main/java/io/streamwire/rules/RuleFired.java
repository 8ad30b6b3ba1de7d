package io.streamwire.rules;

import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.Viewer;
import java.time.Instant;
import java.util.UUID;

/**
 * What a webhook says unless its rule has a body of its own.
 *
 * @param type always {@value #TYPE}
 */
record RuleFired(String type, Instant timestamp, Data data) {

    static final String TYPE = "rule.fired";

    /** The rule and the event that fired it. */
    record Data(
            UUID workspaceId,
            UUID ruleId,
            String ruleName,
            UUID eventId,
            String eventType,
            UUID livestreamId,
            boolean simulated,
            Viewer viewer) {}

    static RuleFired of(Rule rule, LiveEvent event, Instant at) {
        return new RuleFired(
                TYPE,
                at,
                new Data(
                        event.workspaceId(),
                        rule.id(),
                        rule.definition().name(),
                        event.id(),
                        event.type(),
                        event.livestreamId(),
                        event.simulated(),
                        event.user()));
    }
}
