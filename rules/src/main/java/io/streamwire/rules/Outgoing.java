package io.streamwire.rules;

import java.util.UUID;

/**
 * A message that a rule decided to send to another program, as it lies on the actions.
 *
 * @param id derived from event, rule and step; the {@code webhook-id}
 * @param body JSON
 * @param hops how many webhooks led to it, with itself; 1 or more
 */
record Outgoing(
        UUID id, UUID workspaceId, UUID eventId, UUID ruleId, String url, String body, int hops) {
    static final String TYPE = "webhook_triggered";
}
