package io.streamwire.rules.analytics;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which numbers of a workspace are asked for.
 *
 * @param simulated only what people and replays made up, or only what they did not
 * @param livestreamId null for all
 * @param ruleId null for all; concerns decisions and latencies
 */
record Question(
        UUID workspaceId,
        Range range,
        boolean simulated,
        @Nullable UUID livestreamId,
        @Nullable UUID ruleId) {}
