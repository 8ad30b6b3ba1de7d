package io.streamwire.liveroom;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A protobuf message written field by field, by number. As in proto3, zero and empty are left out.
 */
final class Fields {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
    private final CodedOutputStream out = CodedOutputStream.newInstance(bytes, 64);

    Fields number(int field, long value) {
        if (value == 0) {
            return this;
        }
        return write(() -> out.writeInt64(field, value));
    }

    Fields flag(int field, boolean value) {
        return number(field, value ? 1 : 0);
    }

    Fields text(int field, String value) {
        if (value.isEmpty()) {
            return this;
        }
        return write(() -> out.writeString(field, value));
    }

    Fields bytes(int field, byte[] value) {
        return write(() -> out.writeByteArray(field, value));
    }

    Fields bytes(int field, ByteString value) {
        return write(() -> out.writeBytes(field, value));
    }

    Fields message(int field, Fields value) {
        return bytes(field, value.toByteArray());
    }

    /** One entry of a {@code map<string, string>}, or a header. */
    Fields entry(int field, String key, String value) {
        return message(field, new Fields().text(1, key).text(2, value));
    }

    ByteString toByteString() {
        return ByteString.copyFrom(toByteArray());
    }

    byte[] toByteArray() {
        write(out::flush);
        return bytes.toByteArray();
    }

    private Fields write(Step step) {
        try {
            step.run();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail", e);
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    /** What the client says: log id 2, payload type 7, payload 8. */
    record ClientFrame(long logId, String type, ByteString payload) {
        static ClientFrame read(byte[] frame) throws IOException {
            long logId = 0;
            var type = "";
            var payload = ByteString.EMPTY;
            var in = CodedInputStream.newInstance(frame);
            while (true) {
                int tag = in.readTag();
                if (tag == 0) {
                    return new ClientFrame(logId, type, payload);
                }
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case 2 -> logId = in.readInt64();
                    case 7 -> type = in.readString();
                    case 8 -> payload = in.readBytes();
                    default -> in.skipField(tag);
                }
            }
        }
    }
}
