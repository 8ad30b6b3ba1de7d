package io.streamwire.ingest.webcast;

import com.google.protobuf.ByteString;
import java.time.Instant;

/** Reads and answers websocket messages without a websocket, as the connection does. */
public final class FrameReader {

    private static final int MAX_UNPACKED = 4 << 20;

    private FrameReader() {}

    public static Inbound read(byte[] message, Instant at) {
        return Frames.read(ByteString.copyFrom(message), at, MAX_UNPACKED);
    }

    public static byte[] acknowledgement(Inbound.Messages messages) {
        return Frames.acknowledgement(messages).toByteArray();
    }
}
