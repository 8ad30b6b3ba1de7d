package io.streamwire.ingest.recording;

import java.time.Duration;

/**
 * How much a recording holds.
 *
 * @param bytes of the file
 * @param unpacked of its records, bytes
 * @param frames websocket messages
 * @param records those, and everything else
 * @param sockets that opened while it was made
 * @param length until its last record
 */
public record RecordingSummary(
        long bytes, long unpacked, long frames, long records, long sockets, Duration length) {}
