package io.streamwire.rules;

import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.Viewer;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What else must hold when the trigger has matched.
 *
 * @param roles the viewer has one of them; anybody when empty
 * @param exceptRoles the viewer has none of them
 * @param viewers the only ones, by handle or id; everybody when empty
 * @param exceptViewers not these, by handle or id
 * @param minTeamLevel the viewer's least level in the streamer's fan club
 * @param between at what time of day; at any time when absent
 * @param expression what else must hold, in CEL
 * @param devicesOnline what must all be online when it is decided, which only decide.lua sees
 */
record Conditions(
        Set<String> roles,
        Set<String> exceptRoles,
        Set<String> viewers,
        Set<String> exceptViewers,
        int minTeamLevel,
        @Nullable TimeOfDay between,
        @Nullable Expression expression,
        Set<UUID> devicesOnline) {

    static final Conditions NONE = new Conditions(Set.of(), Set.of(), Set.of(), Set.of(), 0, null);

    /** What viewers can be; see {@link Viewer#roles}. */
    static final List<String> ROLES =
            List.of(
                    "anchor",
                    "moderator",
                    "subscriber",
                    "mutual",
                    "follower",
                    "gift_giver",
                    "top_gifter");

    static final int MAX_TEAM_LEVEL = 1_000;

    /** The outcome when a device is not online. */
    static final String DEVICE_OFFLINE = "device_offline";

    static final int MAX_DEVICES = 16;

    /** Without an expression, and whatever devices are online. */
    Conditions(
            Set<String> roles,
            Set<String> exceptRoles,
            Set<String> viewers,
            Set<String> exceptViewers,
            int minTeamLevel,
            @Nullable TimeOfDay between) {
        this(roles, exceptRoles, viewers, exceptViewers, minTeamLevel, between, null, Set.of());
    }

    Conditions {
        roles = Set.copyOf(roles);
        exceptRoles = Set.copyOf(exceptRoles);
        viewers = Set.copyOf(viewers);
        exceptViewers = Set.copyOf(exceptViewers);
        devicesOnline = Set.copyOf(devicesOnline);
    }

    /**
     * A part of every day, over midnight when it ends before it begins.
     *
     * @param from the first moment
     * @param to the first moment after it
     */
    record TimeOfDay(LocalTime from, LocalTime to, ZoneId zone) {
        boolean has(Instant instant) {
            var time = instant.atZone(zone).toLocalTime();
            var begun = !time.isBefore(from);
            var over = !time.isBefore(to);
            return from.isBefore(to) ? begun && !over : begun || !over;
        }
    }

    /** A handle as it is compared; ids stay as they are. */
    static String key(String viewer) {
        return viewer.startsWith("@")
                ? viewer.substring(1).toLowerCase(Locale.ROOT)
                : viewer.toLowerCase(Locale.ROOT);
    }

    /** The first condition on an event that does not hold, as an outcome; null when all do. */
    @Nullable String unmet(LiveEvent event, Instant now) {
        if (equals(NONE)) {
            return null;
        }
        var viewer = event.user();
        if (isOf(viewer, exceptViewers)) {
            return "viewer_excluded";
        }
        if (!viewers.isEmpty() && !isOf(viewer, viewers)) {
            return "viewer_not_listed";
        }
        if (viewer.roles().stream().anyMatch(exceptRoles::contains)) {
            return "role_excluded";
        }
        if (!roles.isEmpty() && viewer.roles().stream().noneMatch(roles::contains)) {
            return "role_missing";
        }
        if (viewer.teamLevel() < minTeamLevel) {
            return "team_level";
        }
        if (between != null && !between.has(now)) {
            return "time_of_day";
        }
        return expression == null ? null : unmet(expression, event);
    }

    private static @Nullable String unmet(Expression expression, LiveEvent event) {
        var holds = expression.holds(event);
        if (holds == null) {
            return "condition_error";
        }
        return holds ? null : "condition";
    }

    private static boolean isOf(Viewer viewer, Set<String> listed) {
        return !listed.isEmpty()
                && (listed.contains(viewer.id()) || listed.contains(key(viewer.handle())));
    }
}
