package io.streamwire.rules;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One version of a rule: who made it, when and how.
 *
 * @param name the rule's in this version
 * @param changedBy the user; absent for what was changed before versions were kept
 */
record RuleVersion(
        UUID ruleId,
        String name,
        long version,
        Change change,
        Instant changedAt,
        @Nullable UUID changedBy) {}
