package io.streamwire.contract;

import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a rule decided a device should do; becomes a command.
 *
 * @param id derived from event, rule and step
 * @param args integers in the units of the device's capability document
 * @param expiresAt last moment to switch on, ms since the epoch
 * @param epoch the safety epoch in force for the device when the rule decided: a later stop kills
 *     it
 * @param viewerId the TikTok user id of whoever caused it
 * @param cause null in a body that was written before there were causes
 * @param traceparent W3C trace context of the whole way
 */
public record Action(
        UUID id,
        UUID workspaceId,
        UUID eventId,
        UUID ruleId,
        UUID deviceId,
        String command,
        Map<String, Long> args,
        long expiresAt,
        long epoch,
        boolean simulated,
        @Nullable String viewerId,
        @Nullable RuleCause cause,
        @Nullable String traceparent,
        Hops hops) {
    public static final String TYPE = "action_triggered";

    public Action {
        args = Map.copyOf(args);
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
                command,
                args,
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
