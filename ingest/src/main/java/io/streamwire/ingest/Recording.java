package io.streamwire.ingest;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a recording besides its file.
 *
 * @param livestreamId null when it was uploaded or comes with the product
 * @param roomId TikTok's int64 room id in decimal
 * @param endReason stopped, live_ended, disconnected, too_large, too_long, workspace_full,
 *     disk_full, disk_failed, disk_too_slow, moved, lost; null before, and of what was not recorded
 *     here
 * @param startedAt of its first record; null until the file is begun
 * @param bytes of the file
 * @param frames websocket messages
 * @param sockets that opened while it was made
 * @param instance the one that has the file; null until it is begun
 */
record Recording(
        UUID id,
        UUID workspaceId,
        @Nullable UUID livestreamId,
        Origin origin,
        String username,
        String roomId,
        State state,
        @Nullable String endReason,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        long bytes,
        long frames,
        long sockets,
        long durationMs,
        boolean builtIn,
        @JsonIgnore @Nullable String instance) {

    /** Where it comes from. */
    enum Origin {
        RECORDED,
        UPLOADED,
        BUILT_IN;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Origin of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /**
     * <pre>
     *   recording --stop--> stopping --> ended
     *       |                              ^
     *       +--end of the live, a limit----+
     * </pre>
     */
    enum State {
        RECORDING,
        STOPPING,
        ENDED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }

        static State of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    @JsonIgnore
    boolean ended() {
        return state == State.ENDED;
    }
}
