package io.streamwire.ingest;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How a livestream is doing now.
 *
 * @param mode signed or direct; null without a socket
 * @param since when the present socket opened; null without one
 * @param retryAt when the next one will be tried; null with one
 * @param lastError what went wrong last, null when nothing did
 * @param lastFrameAt when TikTok was heard of last; null before
 * @param framesPerSecond over the last ten seconds
 * @param pausedAt since when the streamer pauses; null when not
 * @param signaturesLeft of this minute's, for all livestreams of all instances together; null where
 *     they are told beside it
 */
record LivestreamStatus(
        UUID id,
        String username,
        String roomId,
        Livestream.Status status,
        @Nullable String mode,
        @Nullable Instant since,
        @Nullable Instant retryAt,
        @Nullable LastError lastError,
        @Nullable Instant lastFrameAt,
        double framesPerSecond,
        @Nullable Instant pausedAt,
        Counters.Snapshot counters,
        @Nullable Long signaturesLeft) {

    /** What went wrong. */
    record LastError(String code, String detail, Instant at) {}

    /** Of a livestream that no instance holds. */
    static LivestreamStatus idle(Livestream livestream) {
        return new LivestreamStatus(
                livestream.id(),
                livestream.username(),
                livestream.roomId(),
                livestream.status(),
                null,
                null,
                null,
                null,
                null,
                0,
                null,
                Counters.Snapshot.NONE,
                null);
    }

    LivestreamStatus withSignaturesLeft(long left) {
        return new LivestreamStatus(
                id,
                username,
                roomId,
                status,
                mode,
                since,
                retryAt,
                lastError,
                lastFrameAt,
                framesPerSecond,
                pausedAt,
                counters,
                left);
    }
}
