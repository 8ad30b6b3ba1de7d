package io.streamwire.rules;

import java.time.Instant;
import java.util.UUID;

/**
 * A rule of a workspace: when its trigger happens, its actions run.
 *
 * @param version grows by one with every change, from 1
 */
record Rule(
        UUID id,
        UUID workspaceId,
        long version,
        Instant createdAt,
        Instant updatedAt,
        RuleDefinition definition) {}
