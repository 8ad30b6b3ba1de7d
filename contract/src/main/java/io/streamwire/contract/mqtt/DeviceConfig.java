package io.streamwire.contract.mqtt;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code down/config}, retained, and its echo {@code up/config}.
 *
 * @param v grows with each change
 * @param envelope hash of the envelope to enforce
 * @param limits by command
 * @param children of a bridge: the boards that it speaks for; left out of its echo
 */
public record DeviceConfig(
        long v, String envelope, Map<String, Limits> limits, @Nullable List<Child> children) {
    public DeviceConfig {
        limits = Map.copyOf(limits);
        children = children == null ? null : List.copyOf(children);
    }

    /** Of a board that is no bridge. */
    public DeviceConfig(long v, String envelope, Map<String, Limits> limits) {
        this(v, envelope, limits, null);
    }

    /**
     * A board that somebody has adopted.
     *
     * @param hardwareUuid as its bridge has told it; a board without one is never found
     */
    public record Child(UUID deviceId, String board, @Nullable String hardwareUuid) {}

    /**
     * Tighter limits than the board's own; absent ones stay as they are.
     *
     * @param args by name
     */
    public record Limits(
            @Nullable Long maxOnMs,
            @Nullable Long minGapMs,
            @Nullable Integer maxDutyPct,
            @Nullable Map<String, ArgLimits> args) {
        public Limits {
            args = args == null ? null : Map.copyOf(args);
        }

        public Limits(
                @Nullable Long maxOnMs, @Nullable Long minGapMs, @Nullable Integer maxDutyPct) {
            this(maxOnMs, minGapMs, maxDutyPct, null);
        }
    }

    /** A narrower range of an argument, both ends included; an absent end stays as it is. */
    public record ArgLimits(@Nullable Long min, @Nullable Long max) {}
}
