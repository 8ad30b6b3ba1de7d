package io.streamwire.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What happened to devices or their commands; times are ms since the epoch. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(DeviceEvent.CommandChanged.class),
    @JsonSubTypes.Type(DeviceEvent.DeviceStatus.class),
    @JsonSubTypes.Type(DeviceEvent.SafetyChanged.class)
})
public sealed interface DeviceEvent {

    UUID workspaceId();

    long at();

    /**
     * A command reached a new state. On the stream its type is {@code command_sent} when the broker
     * took it, {@code command_done} for a final state and {@code command_changed} otherwise; it
     * carries the whole record, so that one entry is enough to write it down.
     *
     * @param source {@code rule}, {@code manual} or {@code home_assistant}
     * @param reason why it was rejected, failed, aborted or expired
     * @param cause null for a manual one, and for one that was stored before there were causes
     * @param traceparent W3C trace context of the whole way; only on the stream
     */
    @JsonTypeName("command")
    record CommandChanged(
            UUID commandId,
            UUID workspaceId,
            UUID deviceId,
            long at,
            CommandState state,
            @Nullable String reason,
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
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String traceparent,
            Hops hops)
            implements DeviceEvent {
        public CommandChanged {
            args = Map.copyOf(args);
        }
    }

    /**
     * The presence or the board's own state changed.
     *
     * @param presence online, quiet or lost
     * @param state the {@code s} of up/state
     */
    @JsonTypeName("device_status")
    record DeviceStatus(
            UUID workspaceId,
            UUID deviceId,
            long at,
            String presence,
            String state,
            long boot,
            long epoch,
            @Nullable String firmware)
            implements DeviceEvent {}

    /**
     * Devices were armed or stopped. On the stream its type is {@code safety_changed}.
     *
     * @param deviceIds empty = the whole workspace
     * @param until when the arming ends; null for a stop
     * @param by {@code user:<id>}, {@code agent:<device id>}, {@code board:<device id>} or {@code
     *     hub}
     * @param why {@code call} for somebody's wish, {@code hardware} for a board's own stop, else
     *     what the hub has noticed
     */
    @JsonTypeName("safety")
    record SafetyChanged(
            UUID workspaceId,
            long at,
            boolean armed,
            List<UUID> deviceIds,
            @Nullable Long until,
            String by,
            String why,
            long epoch)
            implements DeviceEvent {
        public SafetyChanged {
            deviceIds = List.copyOf(deviceIds);
        }
    }
}
