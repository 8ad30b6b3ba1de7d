package io.streamwire.contract;

import org.jspecify.annotations.Nullable;

/**
 * When an event passed each hop on its way to a pin, in microseconds since the epoch. The last
 * three are the board's clock, corrected by its estimated offset.
 *
 * @param frame its frame was read from TikTok's socket
 * @param decided a rule fired
 * @param published the broker took the command
 * @param received the board had the command
 * @param on the pin went on
 * @param off the pin went off
 */
public record Hops(
        @Nullable Long frame,
        @Nullable Long decided,
        @Nullable Long published,
        @Nullable Long received,
        @Nullable Long on,
        @Nullable Long off) {

    /** Microseconds since the epoch, now. */
    public static long now() {
        var now = java.time.Instant.now();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }

    /** The same instant in microseconds. */
    public static long micros(java.time.Instant instant) {
        return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
    }

    /** The instant of so many microseconds since the epoch. */
    public static java.time.Instant instant(long micros) {
        return java.time.Instant.EPOCH.plus(micros, java.time.temporal.ChronoUnit.MICROS);
    }
}
