package io.streamwire.ingest.recording;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a recording begins.
 *
 * @param version of the format
 * @param username of the streamer, without the @
 * @param roomId TikTok's int64 room id in decimal
 * @param startedUs microseconds since the epoch; the times of all records count from here
 * @param streakTimeoutMs how long a streak of gifts stood still before it counted as ended
 * @param joined whether the live had been followed before, so that nobody can tell by the recording
 *     what it had had; null = no
 */
public record RecordingHeader(
        int version,
        String username,
        String roomId,
        long startedUs,
        long streakTimeoutMs,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean joined) {

    /** The version that is written. */
    public static final int VERSION = 1;

    private static final Pattern USERNAME = Pattern.compile("[^\\p{C}\\p{Zl}\\p{Zp}]{1,64}");
    private static final Pattern ROOM = Pattern.compile("[1-9]\\d{0,18}");
    private static final long LAST_START = 4_102_444_800_000_000L; // the year 2100
    private static final long LONGEST_TIMEOUT = 300_000;

    public RecordingHeader {
        require(USERNAME.matcher(username).matches(), "username");
        require(ROOM.matcher(roomId).matches(), "room_id");
        require(isLong(roomId), "room_id");
        require(startedUs >= 0 && startedUs < LAST_START, "started_us");
        require(streakTimeoutMs >= 1 && streakTimeoutMs <= LONGEST_TIMEOUT, "streak_timeout_ms");
    }

    public static RecordingHeader of(
            String username, String roomId, Instant startedAt, long streakTimeoutMs) {
        return new RecordingHeader(
                VERSION, username, roomId, micros(startedAt), streakTimeoutMs, null);
    }

    /** The same of a live that had been followed before. */
    public RecordingHeader ofJoined() {
        return new RecordingHeader(VERSION, username, roomId, startedUs, streakTimeoutMs, true);
    }

    /** Whether it holds the live from where it was followed first. */
    public boolean fromTheBeginning() {
        return !Boolean.TRUE.equals(joined);
    }

    public Instant startedAt() {
        return instant(startedUs);
    }

    static long micros(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }

    static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    private static boolean isLong(String digits) {
        try {
            return Long.parseLong(digits) > 0;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static void require(boolean holds, String field) {
        if (!holds) {
            throw new IllegalArgumentException(field + " is out of range");
        }
    }
}
