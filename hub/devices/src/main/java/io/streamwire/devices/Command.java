package io.streamwire.devices;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.streamwire.contract.Action;
import io.streamwire.contract.CommandState;
import io.streamwire.contract.DeviceEvent.CommandChanged;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.RuleCause;
import io.streamwire.contract.mqtt.CommandMessage;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one board is to do; never changes once it is stored. Times are ms since the epoch.
 *
 * @param source {@code rule}, {@code manual} or {@code home_assistant}
 * @param urgency the higher ones leave first: 0 to 9 those of rules, above them those of people
 * @param expiresAt last moment to switch on
 * @param confirmBy when it counts as failed unless the board has answered
 * @param boot the boot of the board that it is meant for, {@link #ANY_BOOT} until there is one
 * @param frame when the event's frame was read, us since the epoch
 * @param decided when a rule fired, us since the epoch
 */
record Command(
        UUID id,
        UUID workspaceId,
        UUID deviceId,
        String source,
        @Nullable UUID actionId,
        @Nullable UUID eventId,
        @Nullable UUID ruleId,
        @Nullable String viewerId,
        @Nullable RuleCause cause,
        String command,
        Map<String, Long> args,
        int urgency,
        long issuedAt,
        long expiresAt,
        long confirmBy,
        long epoch,
        long boot,
        boolean simulated,
        @Nullable String traceparent,
        @Nullable Long frame,
        @Nullable Long decided) {

    /** The board was offline when the command came: the boot that comes back gets it. */
    static final long ANY_BOOT = -1;

    static final String RULE = "rule";
    static final String MANUAL = "manual";
    static final String HOME_ASSISTANT = "home_assistant";

    /** In place of the device, of an action for a tag that reached none. */
    static final UUID NO_DEVICE = new UUID(0, 0);

    /**
     * Of what rules decide unless their priority, 0 to 9, says otherwise: below what people give.
     */
    static final int RULE_URGENCY = Action.USUAL_PRIORITY;

    /** The priority, 0 to 9, that people do not name. */
    static final int USUAL_PRIORITY = 5;

    static final int HIGHEST_PRIORITY = 9;

    private static final int MANUAL_URGENCY = 10;

    /** How long after its end a board may take to say so, ms. */
    private static final long ANSWER_MS = 5_000;

    Command {
        args = Map.copyOf(args);
    }

    /**
     * What a rule decided for one device.
     *
     * @param onMs how long it keeps its output on at most
     */
    static Command of(Action action, Map<String, Long> args, long issuedAt, long onMs, long boot) {
        var device = Objects.requireNonNull(action.deviceId());
        return new Command(
                Ids.command(action.id(), device),
                action.workspaceId(),
                device,
                RULE,
                action.id(),
                action.eventId(),
                action.ruleId(),
                action.viewerId(),
                action.cause(),
                action.command(),
                args,
                action.priority() == null ? RULE_URGENCY : action.priority(),
                issuedAt,
                action.expiresAt(),
                confirmBy(action.expiresAt(), onMs),
                action.epoch(),
                boot,
                action.simulated(),
                action.traceparent(),
                action.hops().frame(),
                action.hops().decided());
    }

    /**
     * What a person wishes.
     *
     * @param onMs how long it keeps its output on at most
     */
    static Command manual(
            UUID id,
            Device device,
            String source,
            String command,
            Map<String, Long> args,
            long issuedAt,
            long ttlMs,
            long onMs,
            long epoch,
            long boot,
            String traceparent) {
        return new Command(
                id,
                device.workspaceId(),
                device.id(),
                source,
                null,
                null,
                null,
                null,
                null,
                command,
                args,
                MANUAL_URGENCY + USUAL_PRIORITY,
                issuedAt,
                issuedAt + ttlMs,
                confirmBy(issuedAt + ttlMs, onMs),
                epoch,
                boot,
                false,
                traceparent,
                null,
                issuedAt * 1_000);
    }

    /** A stored command, as far as sending it again needs. */
    static Command of(
            CommandChanged stored, int urgency, long confirmBy, long boot, @Nullable String trace) {
        return new Command(
                stored.commandId(),
                stored.workspaceId(),
                stored.deviceId(),
                stored.source(),
                stored.actionId(),
                stored.eventId(),
                stored.ruleId(),
                stored.viewerId(),
                stored.cause(),
                stored.command(),
                stored.args(),
                urgency,
                stored.issuedAt(),
                stored.expiresAt(),
                confirmBy,
                stored.epoch(),
                boot,
                stored.simulated(),
                trace,
                stored.hops().frame(),
                stored.hops().decided());
    }

    /** The same, of a person who says how urgent it is. */
    Command withPriority(int priority) {
        return with(MANUAL_URGENCY + priority, expiresAt, confirmBy, boot);
    }

    /** The same, which may wait that long for a board that is offline. */
    Command heldFor(long ms) {
        var until = Math.max(expiresAt, issuedAt + ms);
        return with(urgency, until, confirmBy + until - expiresAt, boot);
    }

    /** The same, for the boot that it is sent to, and no other one after it. */
    Command boundTo(long boot) {
        return with(urgency, expiresAt, confirmBy, boot);
    }

    /** Whether it is known which boot it is meant for; before that it was certainly not sent. */
    boolean bound() {
        return boot != ANY_BOOT;
    }

    private Command with(int urgency, long expiresAt, long confirmBy, long boot) {
        return new Command(
                id,
                workspaceId,
                deviceId,
                source,
                actionId,
                eventId,
                ruleId,
                viewerId,
                cause,
                command,
                args,
                urgency,
                issuedAt,
                expiresAt,
                confirmBy,
                epoch,
                boot,
                simulated,
                traceparent,
                frame,
                decided);
    }

    private static long confirmBy(long expiresAt, long onMs) {
        return expiresAt + onMs + ANSWER_MS;
    }

    /** Whether the body of down/cmd is longer than a board must be able to take. */
    boolean tooLong() {
        var longest = bound() ? this : boundTo(Long.MAX_VALUE);
        return longest.message(issuedAt).getBytes(StandardCharsets.UTF_8).length
                > CommandMessage.MAX_BYTES;
    }

    /**
     * The body of down/cmd.
     *
     * @param now when it is handed to the MQTT client, by which its board sets its clock
     */
    String message(long now) {
        return Json.write(
                new CommandMessage(id, command, args, now, expiresAt, epoch, boot, traceparent));
    }

    /** The first state of its record. */
    CommandChanged changed(CommandState state, @Nullable String reason, long at) {
        return new CommandChanged(
                id,
                workspaceId,
                deviceId,
                at,
                state,
                reason,
                source,
                actionId,
                eventId,
                ruleId,
                viewerId,
                cause,
                command,
                args,
                issuedAt,
                expiresAt,
                epoch,
                simulated,
                traceparent,
                new Hops(frame, decided, null, null, null, null));
    }

    /**
     * The JSON of a {@link CommandChanged} up to what changes; publication.lua adds the rest and
     * the closing brace.
     */
    String head() {
        var json =
                Json.write(
                        new Head(
                                "command",
                                id,
                                workspaceId,
                                deviceId,
                                source,
                                actionId,
                                eventId,
                                ruleId,
                                viewerId,
                                cause,
                                command,
                                args,
                                issuedAt,
                                expiresAt,
                                epoch,
                                simulated,
                                traceparent));
        return json.substring(0, json.length() - 1);
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Head(
            String type,
            UUID commandId,
            UUID workspaceId,
            UUID deviceId,
            String source,
            @Nullable UUID actionId,
            @Nullable UUID eventId,
            @Nullable UUID ruleId,
            @Nullable String viewerId,
            @Nullable RuleCause cause,
            String command,
            Map<String, Long> args,
            long issuedAt,
            long expiresAt,
            long epoch,
            boolean simulated,
            @Nullable String traceparent) {}
}
