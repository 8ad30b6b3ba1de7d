package io.streamwire.ingest;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A recording that is played again as a livestream of its own.
 *
 * @param livestreamId the livestream that its events belong to; also its id
 * @param status live or ended
 * @param endReason replay_ended, disconnected, replay_failed, interrupted; null before
 * @param positionMs how much of the recording was played
 * @param events that were published
 */
record Replay(
        UUID livestreamId,
        UUID workspaceId,
        UUID recordingId,
        Speed speed,
        Livestream.Status status,
        @Nullable String endReason,
        Instant startedAt,
        @Nullable Instant endedAt,
        long positionMs,
        long durationMs,
        long events) {

    /**
     * How fast.
     *
     * @param times 1 to 100 as fast as it was; 0 = as fast as possible
     */
    record Speed(int times) {

        static final Speed MOST = new Speed(0);
        private static final int FASTEST = 100;
        private static final String NAME = "max";

        /**
         * @param asked a number or "max"; null = 1
         * @throws IllegalArgumentException for anything else
         */
        static Speed of(@Nullable Object asked) {
            return switch (asked) {
                case null -> new Speed(1);
                case Integer times when times >= 1 && times <= FASTEST -> new Speed(times);
                case String text when text.equals(NAME) -> MOST;
                default ->
                        throw new IllegalArgumentException(
                                "speed must be 1 to " + FASTEST + " or \"max\"");
            };
        }

        @JsonValue
        Object json() {
            return times == 0 ? NAME : times;
        }
    }
}
