package io.streamwire.contract;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What happened to a device or one of its commands; times are ms since the epoch. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(DeviceEvent.CommandChanged.class),
    @JsonSubTypes.Type(DeviceEvent.DeviceStatus.class)
})
public sealed interface DeviceEvent {

    UUID workspaceId();

    UUID deviceId();

    long at();

    /**
     * A command reached a new state. On the stream its type is {@code command_sent} when the broker
     * took it, {@code command_done} for a final state and {@code command_changed} otherwise; it
     * carries the whole record, so that one entry is enough to write it down.
     *
     * @param source {@code rule} or {@code manual}
     * @param reason why it was rejected, failed, aborted or expired
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
            String command,
            Map<String, Long> args,
            long issuedAt,
            long expiresAt,
            long epoch,
            boolean simulated,
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
}
