package io.streamwire.contract;

import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a rule decided a device should do, or all devices that carry a tag; becomes a command of
 * each.
 *
 * @param id derived from event, rule and step
 * @param deviceId null when it is for a tag
 * @param tag null when it is for one device; else for all of the workspace that carry it when the
 *     action is taken in
 * @param args integers in the units of the device's capability document
 * @param priority 0 to 9, higher ones leave first: the rule's; null for {@link #USUAL_PRIORITY}
 * @param expiresAt last moment to switch on, ms since the epoch
 * @param epoch the safety epoch in force for the device when the rule decided, for a tag the last
 *     one of the workspace: a later stop kills it
 * @param viewerId the TikTok user id of whoever caused it
 * @param cause null in a body that was written before there were causes
 * @param traceparent W3C trace context of the whole way
 */
public record Action(
        UUID id,
        UUID workspaceId,
        UUID eventId,
        UUID ruleId,
        @Nullable UUID deviceId,
        @Nullable String tag,
        String command,
        Map<String, Long> args,
        @Nullable Integer priority,
        long expiresAt,
        long epoch,
        boolean simulated,
        @Nullable String viewerId,
        @Nullable RuleCause cause,
        @Nullable String traceparent,
        Hops hops) {
    public static final String TYPE = "action_triggered";

    /** Most devices that one action reaches by a tag. */
    public static final int MOST_TAGGED = 50;

    /** Of a rule that says nothing else. */
    public static final int USUAL_PRIORITY = 5;

    public static final int HIGHEST_PRIORITY = 9;

    public Action {
        if (priority != null && (priority < 0 || priority > HIGHEST_PRIORITY)) {
            throw new IllegalArgumentException("must be 0 to 9: " + priority);
        }
        if ((deviceId == null) == (tag == null)) {
            throw new IllegalArgumentException("must be for a device or for a tag");
        }
        args = Map.copyOf(args);
    }

    /** The same, for one device that carries its tag. */
    public Action on(UUID device) {
        return new Action(
                id,
                workspaceId,
                eventId,
                ruleId,
                device,
                null,
                command,
                args,
                priority,
                expiresAt,
                epoch,
                simulated,
                viewerId,
                cause == null || tag == null ? cause : cause.by(tag),
                traceparent,
                hops);
    }

    /**
     * The same, with what is only known once it is decided.
     *
     * @param at us since the epoch
     */
    public Action decided(long epoch, @Nullable Long at) {
        return new Action(
                id,
                workspaceId,
                eventId,
                ruleId,
                deviceId,
                tag,
                command,
                args,
                priority,
                expiresAt,
                epoch,
                simulated,
                viewerId,
                cause,
                traceparent,
                new Hops(
                        hops.frame(),
                        at,
                        hops.published(),
                        hops.received(),
                        hops.on(),
                        hops.off()));
    }
}
