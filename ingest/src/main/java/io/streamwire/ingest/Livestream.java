package io.streamwire.ingest;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A user's LIVE that a workspace is connected to, or was.
 *
 * @param roomId TikTok's int64 room id in decimal
 * @param connectedAt when the first socket opened
 * @param disconnectedAt when it ended
 * @param endReason disconnected, live_ended; of a replay also replay_ended, replay_failed or
 *     interrupted; null before
 */
record Livestream(
        UUID id,
        UUID workspaceId,
        String username,
        String roomId,
        Status status,
        Instant createdAt,
        @Nullable Instant connectedAt,
        @Nullable Instant disconnectedAt,
        @Nullable String endReason,
        Kind kind,
        @JsonIgnore long version) {

    /**
     * <pre>
     *   connecting <--> live --> ended
     *       |                      ^
     *       +----------------------+
     * </pre>
     */
    enum Status {
        CONNECTING,
        LIVE,
        ENDED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Status of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /** Whether it is at TikTok, or a recording that is played again. */
    enum Kind {
        LIVE,
        REPLAY;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Kind of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    boolean ended() {
        return status == Status.ENDED;
    }
}
