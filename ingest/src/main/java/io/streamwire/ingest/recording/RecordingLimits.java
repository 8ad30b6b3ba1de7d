package io.streamwire.ingest.recording;

import java.time.Duration;

/**
 * What a recording may hold; a file that holds more is refused while it is being read.
 *
 * @param frame largest websocket message, bytes
 * @param unpacked of all blocks together, bytes
 * @param records frames and everything else
 * @param length from the first record to the last
 */
public record RecordingLimits(int frame, long unpacked, long records, Duration length) {

    private static final int FRAME_SLACK = 64 << 10;
    private static final int LARGEST_INDEX = 4 << 20;
    private static final long UNPACKED = 1L << 30;
    private static final long RECORDS = 5_000_000;

    /**
     * The usual ones.
     *
     * @param maxFrame of a websocket message, bytes
     * @param maxUnpacked of its payload after gunzip, bytes
     */
    public static RecordingLimits of(int maxFrame, int maxUnpacked, Duration length) {
        int frame = Math.max(maxFrame, maxUnpacked) + FRAME_SLACK;
        return new RecordingLimits(frame, UNPACKED, RECORDS, length);
    }

    /** Largest block, bytes: the last frame of one may begin just below its usual size. */
    int block() {
        return Math.max(frame + 2 * RecordingWriter.BLOCK, LARGEST_INDEX);
    }
}
