package io.streamwire.ingest.webcast;

import com.google.protobuf.ByteString;
import io.streamwire.ingest.webcast.wire.Message;
import java.time.Instant;
import java.util.List;

/** What comes from a connection. */
public sealed interface Inbound {

    /**
     * Messages to publish.
     *
     * @param logId of the frame, repeated in its acknowledgement
     * @param receivedAt when the frame was read from the socket
     * @param acknowledge whether TikTok wants to hear that they arrived
     */
    record Messages(
            long logId,
            Instant receivedAt,
            boolean acknowledge,
            ByteString extension,
            List<Message> messages)
            implements Inbound {
        public Messages {
            messages = List.copyOf(messages);
        }
    }

    /** A frame that only shows that the other side lives. */
    record Sign() implements Inbound {}

    /** A frame that cannot be read; the connection goes on. */
    record Damaged(Damage damage) implements Inbound {}

    /** No frame in time; the connection may be fine. */
    record Nothing() implements Inbound {}

    /** The connection is over; nothing follows. */
    record Closed(String reason) implements Inbound {}

    /** What is wrong with a frame. */
    enum Damage {
        OVERSIZE,
        NOT_A_FRAME,
        NOT_GZIP,
        UNPACKED_OVERSIZE,
        /** More parts than any frame has, which would take a multiple of its size in memory. */
        CROWDED,
        NOT_A_RESULT,
        TEXT
    }
}
