package io.streamwire.rules;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How far an outgoing webhook is, as it is answered.
 *
 * @param state pending, delivered or failed
 * @param attempts so far
 * @param lastStatus of the last answer
 * @param lastError why there was none
 * @param nextAt when it is tried next; absent unless pending
 */
record Delivery(
        UUID id,
        UUID ruleId,
        UUID eventId,
        String url,
        String state,
        long attempts,
        @Nullable Integer lastStatus,
        @Nullable String lastError,
        Instant createdAt,
        @Nullable Instant nextAt) {}
