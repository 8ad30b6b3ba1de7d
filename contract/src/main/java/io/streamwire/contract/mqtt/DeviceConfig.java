package io.streamwire.contract.mqtt;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code down/config}, retained, and its echo {@code up/config}.
 *
 * @param v grows with each change
 * @param envelope hash of the envelope to enforce
 * @param limits by command
 */
public record DeviceConfig(long v, String envelope, Map<String, Limits> limits) {
    public DeviceConfig {
        limits = Map.copyOf(limits);
    }

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
