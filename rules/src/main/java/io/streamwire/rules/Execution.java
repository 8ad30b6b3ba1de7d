package io.streamwire.rules;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a rule once did about an event, as it is answered.
 *
 * @param remainingMs how long a cooldown or limit still held, ms
 * @param observed what a crowd had, if the rule waits for one
 * @param needed what it needed
 */
record Execution(
        UUID id,
        UUID eventId,
        UUID ruleId,
        Instant at,
        String outcome,
        @Nullable Long remainingMs,
        @Nullable Long observed,
        @Nullable Long needed,
        List<UUID> actionIds) {

    Execution {
        actionIds = List.copyOf(actionIds);
    }
}
