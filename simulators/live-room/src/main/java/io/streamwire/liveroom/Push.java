package io.streamwire.liveroom;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** A WebcastPushFrame with messages, written once for all connections that want the same form. */
final class Push {

    private final long logId;
    private final byte[] payload;
    private byte[] plain = {};
    private byte[] zipped = {};

    private Push(long logId, byte[] payload) {
        this.logId = logId;
        this.payload = payload;
    }

    static Push of(
            long roomId, long logId, List<Message> messages, boolean history, boolean first) {
        var result =
                fetchResult(roomId, logId, messages, history)
                        .number(8, 10_000)
                        .flag(9, true)
                        .flag(11, first);
        return new Push(logId, result.toByteArray());
    }

    /** ProtoMessageFetchResult without what only one of its two users needs. */
    static Fields fetchResult(long roomId, long logId, List<Message> messages, boolean history) {
        var result = new Fields();
        for (var message : messages) {
            result.message(1, message.toFields(history));
        }
        return result.text(2, cursor(logId))
                .number(3, 1_000)
                .number(4, System.currentTimeMillis())
                .text(5, extension(roomId, logId))
                .number(6, 1);
    }

    static String cursor(long logId) {
        return "t-" + System.currentTimeMillis() + "_r-1_d-1_u-1_h-" + logId;
    }

    private static String extension(long roomId, long logId) {
        return "internal_src:dim|wss_push_room_id:%d|wss_push_did:1|seq:%d"
                .formatted(roomId, logId);
    }

    /** The payload is the internal_ext of that frame, as an acknowledgement must repeat it. */
    static boolean isExtension(long roomId, long logId, ByteString payload) {
        return payload.equals(ByteString.copyFromUtf8(extension(roomId, logId)));
    }

    /** Does the work before the clock is read. */
    void prepare(List<Listener> listeners) {
        listeners.forEach(listener -> bytes(listener.zipped()));
    }

    /** The frame's bytes; guarded by the room's lock. */
    byte[] bytes(boolean gzip) {
        if (gzip) {
            if (zipped.length == 0) {
                zipped = frame(logId, true, "msg", gzip(payload));
            }
            return zipped;
        }
        if (plain.length == 0) {
            plain = frame(logId, false, "msg", payload);
        }
        return plain;
    }

    static byte[] frame(long logId, boolean gzip, String type, byte[] payload) {
        return new Fields()
                .number(1, logId)
                .number(2, logId)
                .number(3, 8888)
                .number(4, 8)
                .entry(5, "compress_type", gzip ? "gzip" : "none")
                .entry(5, "im-now", Long.toString(System.currentTimeMillis()))
                .text(6, "pb")
                .text(7, type)
                .bytes(8, payload)
                .toByteArray();
    }

    static byte[] gzip(byte[] bytes) {
        var out = new ByteArrayOutputStream(256);
        try (var zip = new FastGzip(out)) {
            zip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail", e);
        }
        return out.toByteArray();
    }

    /** Speed over size: the room shares its machine with what it tests. */
    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(ByteArrayOutputStream out) throws IOException {
            super(out);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
