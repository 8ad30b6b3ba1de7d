package io.streamwire.contract.mqtt;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code up/ack}: what became of a command.
 *
 * @param why the reason for anything but success
 * @param envelope hash of the safety envelope that the board enforces
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record Ack(UUID id, Status st, @Nullable String why, Times t, @Nullable String envelope) {

    /** How far the board came. */
    public enum Status {
        ACCEPTED,
        STARTED,
        DONE,
        REJECTED,
        EXPIRED,
        ABORTED,
        /** The board had this id before; {@code why} is the status it had then. */
        DUPLICATE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The board's clock, ms since the epoch as far as it knows. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Times(@Nullable Long rx, @Nullable Long on, @Nullable Long off) {}

    public static final String NOT_ARMED = "not_armed";
    public static final String STALE_EPOCH = "stale_epoch";
    public static final String REBOOTED = "rebooted";
    public static final String OUT_OF_RANGE = "out_of_range";
    public static final String UNKNOWN_COMMAND = "unknown_command";
    public static final String BUSY = "busy";
    public static final String TOO_SOON = "too_soon";
    public static final String STOPPED = "stopped";
    public static final String LEASE_LAPSED = "lease_lapsed";
    public static final String CLOCK_UNKNOWN = "clock_unknown";
}
