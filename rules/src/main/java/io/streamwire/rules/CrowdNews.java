package io.streamwire.rules;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How a vote or a tug-of-war stands, as it lies on the actions and as readers of the overlay get
 * it. standing.lua adds {@code counts} (of each choice, weighed), {@code left_ms} and, of a vote,
 * {@code voters}.
 *
 * @param name of the rule
 * @param kind vote or tug
 * @param choices as the trigger has them
 * @param needed different viewers that must vote, or the lead that wins
 * @param withinMs its time, ms
 * @param outcome open; or of what has ended won, tie or voters (too few)
 * @param winner one of the choices, when it is won
 * @param simulated what was counted last came from no viewer
 * @param at ms since the epoch
 */
record CrowdNews(
        UUID workspaceId,
        UUID ruleId,
        String name,
        String kind,
        List<String> choices,
        long needed,
        long withinMs,
        String outcome,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String winner,
        boolean simulated,
        long at) {

    static final String TYPE = "crowd_changed";

    static final String OPEN = "open";

    CrowdNews {
        choices = List.copyOf(choices);
    }
}
