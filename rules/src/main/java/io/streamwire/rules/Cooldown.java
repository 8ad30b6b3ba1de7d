package io.streamwire.rules;

import io.streamwire.contract.Viewer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How long a rule rests after it fired, in ms, 0 to {@value #MAX_MS}; 0 is not at all.
 *
 * @param globalMs for everybody
 * @param perViewerMs for the viewer who set it off
 * @param perRoleMs instead of {@code perViewerMs}, for viewers with a role; the shortest one counts
 * @param group the name that rules share which rest together
 * @param groupMs how long all rules of the group rest when this one fired
 */
record Cooldown(
        long globalMs,
        long perViewerMs,
        Map<String, Long> perRoleMs,
        @Nullable String group,
        long groupMs) {
    /** A day. */
    static final long MAX_MS = 86_400_000;

    static final Cooldown NONE = new Cooldown(0, 0);

    Cooldown {
        perRoleMs = Map.copyOf(perRoleMs);
    }

    Cooldown(long globalMs, long perViewerMs) {
        this(globalMs, perViewerMs, Map.of(), null, 0);
    }

    /** How long a viewer waits. */
    long of(Viewer viewer) {
        if (perRoleMs.isEmpty()) {
            return perViewerMs;
        }
        return viewer.roles().stream()
                .filter(perRoleMs::containsKey)
                .mapToLong(perRoleMs::get)
                .min()
                .orElse(perViewerMs);
    }
}
