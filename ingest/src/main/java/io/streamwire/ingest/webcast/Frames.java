package io.streamwire.ingest.webcast;

import com.google.protobuf.ByteString;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import io.streamwire.ingest.webcast.Inbound.Damage;
import io.streamwire.ingest.webcast.wire.EnterRoom;
import io.streamwire.ingest.webcast.wire.FetchResult;
import io.streamwire.ingest.webcast.wire.HeartBeat;
import io.streamwire.ingest.webcast.wire.PushFrame;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/** The webcast protocol's frames, read and written. Pure. */
final class Frames {

    /** How a gzip stream begins; surer than the frame's header. */
    static final ByteString GZIP = ByteString.copyFrom(new byte[] {0x1f, (byte) 0x8b, 8});

    /** Messages and other fields of a payload; TikTok sends some hundred at most. */
    private static final int MOST_PARTS = 20_000;

    /** Bytes that deflate can make of one. */
    private static final long MOST_OF_A_BYTE = 1_032;

    // Most of what TikTok sends is not read here, and need not be kept.
    private static final Parser<PushFrame> FRAMES =
            DiscardUnknownFieldsParser.wrap(PushFrame.parser());
    private static final Parser<FetchResult> RESULTS =
            DiscardUnknownFieldsParser.wrap(FetchResult.parser());

    private Frames() {}

    /**
     * Reads a websocket message.
     *
     * @param maxUnpacked largest payload after gunzip, bytes
     */
    static Inbound read(ByteString message, Instant receivedAt, int maxUnpacked) {
        PushFrame frame;
        try {
            frame = FRAMES.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            return new Inbound.Damaged(Damage.NOT_A_FRAME);
        }
        if (!frame.getPayloadType().equals("msg")) {
            return new Inbound.Sign();
        }
        var payload = frame.getPayload();
        if (payload.startsWith(GZIP)) {
            try {
                var unpacked = unpacked(payload, maxUnpacked);
                if (unpacked.length > maxUnpacked) {
                    return new Inbound.Damaged(Damage.UNPACKED_OVERSIZE);
                }
                payload = UnsafeByteOperations.unsafeWrap(unpacked);
            } catch (IOException e) {
                return new Inbound.Damaged(Damage.NOT_GZIP);
            }
        }
        try {
            if (isCrowded(payload)) {
                return new Inbound.Damaged(Damage.CROWDED);
            }
            var result = RESULTS.parseFrom(payload);
            return new Inbound.Messages(
                    frame.getLogId(),
                    receivedAt,
                    result.getNeedAck(),
                    result.getInternalExt(),
                    result.getMessagesList());
        } catch (IOException e) {
            return new Inbound.Damaged(Damage.NOT_A_RESULT);
        }
    }

    /**
     * What was packed; one byte more than may be when it is too large.
     *
     * @param most bytes that it may be
     */
    private static byte[] unpacked(ByteString packed, int most) throws IOException {
        try (var in = new GZIPInputStream(packed.newInput())) {
            var bytes = new byte[Math.min(claimed(packed), most)];
            int read = in.readNBytes(bytes, 0, bytes.length);
            if (in.read() < 0) {
                return read == bytes.length ? bytes : Arrays.copyOf(bytes, read);
            }
        }
        try (var in = new GZIPInputStream(packed.newInput())) {
            return in.readNBytes(most + 1); // more than it says
        }
    }

    /**
     * What room to make: the size at the end of a gzip stream, which may be a lie, but not more
     * than its bytes can become.
     */
    private static int claimed(ByteString packed) {
        long size = 0;
        for (int i = 1; i <= Integer.BYTES && i <= packed.size(); i++) {
            size = (size << 8) | Byte.toUnsignedLong(packed.byteAt(packed.size() - i));
        }
        return (int) Math.min(size, Math.min(MOST_OF_A_BYTE * packed.size(), Integer.MAX_VALUE));
    }

    /** Counts the parts without making any: an empty message takes two bytes here, 50 when read. */
    private static boolean isCrowded(ByteString payload) throws IOException {
        var in = payload.newCodedInput();
        for (int parts = 0; parts <= MOST_PARTS; parts++) {
            int tag = in.readTag();
            if (tag == 0 || !in.skipField(tag)) {
                return false;
            }
        }
        return true;
    }

    static PushFrame enterRoom(long roomId, String cursor) {
        return frame(
                "im_enter_room",
                EnterRoom.newBuilder()
                        .setRoomId(roomId)
                        .setLiveId(12)
                        .setIdentity("audience")
                        .setCursor(cursor)
                        .setFilterWelcomeMsg("0")
                        .build()
                        .toByteString());
    }

    static PushFrame heartbeat(long roomId, long number) {
        return frame(
                "hb",
                HeartBeat.newBuilder()
                        .setRoomId(roomId)
                        .setSendPacketSeqId(number)
                        .build()
                        .toByteString());
    }

    static PushFrame acknowledgement(Inbound.Messages messages) {
        return frame("ack", messages.extension()).toBuilder().setLogId(messages.logId()).build();
    }

    static PushFrame frame(String type, ByteString payload) {
        return PushFrame.newBuilder()
                .setPayloadEncoding("pb")
                .setPayloadType(type)
                .setPayload(payload)
                .build();
    }
}
