package io.streamwire.rules;

import java.util.UUID;

/**
 * A text that a rule decided to show over the picture, as it lies on the actions and as readers of
 * the overlay get it.
 *
 * @param id derived from event, rule and step
 * @param text plain text, partly of viewers: hostile, and not escaped for anything
 * @param forMs how long to show it, ms
 * @param at when it was decided, ms since the epoch
 */
record OverlayMessage(
        UUID id, UUID workspaceId, UUID eventId, UUID ruleId, String text, long forMs, long at) {
    static final String TYPE = "overlay_triggered";
}
