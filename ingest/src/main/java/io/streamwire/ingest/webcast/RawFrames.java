package io.streamwire.ingest.webcast;

import com.google.protobuf.ByteString;
import io.streamwire.ingest.webcast.wire.FetchResult;
import io.streamwire.ingest.webcast.wire.Message;
import io.streamwire.ingest.webcast.wire.PushFrame;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Websocket messages as they came, for who keeps them and reads them later. */
public final class RawFrames {

    private RawFrames() {}

    /**
     * Reads one as a connection does.
     *
     * @param maxUnpacked largest payload after gunzip, bytes
     */
    public static Inbound read(ByteString message, Instant receivedAt, int maxUnpacked) {
        return Frames.read(message, receivedAt, maxUnpacked);
    }

    /** A frame around messages that came in another way. */
    public static ByteString of(List<Message> messages) {
        var result = FetchResult.newBuilder().addAllMessages(messages).build();
        return Frames.frame("msg", result.toByteString()).toByteString();
    }

    /**
     * The same frame with its payload unpacked, so that many of them pack better together; the
     * frame itself when that would change what is read of it.
     *
     * @param maxUnpacked largest payload after gunzip, bytes
     */
    public static ByteString unpacked(ByteString message, int maxUnpacked) {
        try {
            var frame = PushFrame.parseFrom(message);
            if (!frame.getPayloadType().equals("msg")
                    || !frame.getPayload().startsWith(Frames.GZIP)) {
                return message;
            }
            try (var in = new GZIPInputStream(frame.getPayload().newInput())) {
                var unpacked = ByteString.copyFrom(in.readNBytes(maxUnpacked + 1));
                if (unpacked.size() > maxUnpacked || unpacked.startsWith(Frames.GZIP)) {
                    return message;
                }
                return frame.toBuilder().setPayload(unpacked).build().toByteString();
            }
        } catch (IOException e) {
            return message; // not a frame, or not gzip
        }
    }
}
