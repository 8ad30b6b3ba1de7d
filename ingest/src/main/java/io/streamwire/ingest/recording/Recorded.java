package io.streamwire.ingest.recording;

import com.google.protobuf.ByteString;
import io.streamwire.ingest.webcast.Inbound.Damage;
import java.time.Instant;

/** One thing that a recording holds. */
public sealed interface Recorded {

    /** When it happened, exact to a microsecond. */
    Instant at();

    /** A websocket message; a gzip payload may have been unpacked. */
    record Frame(Instant at, ByteString bytes) implements Recorded {}

    /** A websocket message whose bytes were not kept. */
    record Damaged(Instant at, Damage damage) implements Recorded {}

    /**
     * A socket opened.
     *
     * @param mode signed or direct
     */
    record Opened(Instant at, String mode) implements Recorded {}

    /** The socket closed. */
    record Closed(Instant at, String reason) implements Recorded {}

    /** Somebody began to follow the livestream: first of all, after a restart, at a take-over. */
    record Taken(Instant at) implements Recorded {}

    /** Time passed, and something followed from that alone, such as the end of a streak. */
    record Ticked(Instant at) implements Recorded {}

    /** The live was over. */
    record Ended(Instant at) implements Recorded {}
}
