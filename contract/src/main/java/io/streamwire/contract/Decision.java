package io.streamwire.contract;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a rule whose trigger matched an event did about it.
 *
 * @param id derived from event and rule
 * @param at ms since the epoch
 * @param outcome {@link #FIRED}, or the first thing that stopped it
 * @param remainingMs how long a cooldown or limit still holds
 * @param observed what a crowd has so far, if the rule waits for one, or how many of the devices
 *     that it needs are online
 * @param needed what it needs
 * @param actionIds what it set in motion, empty unless fired
 */
public record Decision(
        UUID id,
        UUID workspaceId,
        UUID eventId,
        UUID ruleId,
        long at,
        String outcome,
        @Nullable Long remainingMs,
        @Nullable Long observed,
        @Nullable Long needed,
        List<UUID> actionIds) {
    public static final String TYPE = "decision";

    public static final String FIRED = "fired";
    public static final String COOLDOWN_GLOBAL = "cooldown_global";
    public static final String COOLDOWN_VIEWER = "cooldown_viewer";

    /** The event had waited too long, for instance while nobody ran the rules. */
    public static final String STALE = "stale";

    /** Too many delayed actions wait already. */
    public static final String DELAYS_FULL = "delays_full";

    public Decision {
        actionIds = List.copyOf(actionIds);
    }
}
