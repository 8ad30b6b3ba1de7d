package io.streamwire.ingest.recording;

import io.streamwire.ingest.recording.RecordingException.Code;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * One packed part of a file.
 *
 * <pre>
 *   type 1 byte | packed length 4 | unpacked length 4 | CRC-32C of those and of the rest 4 | deflated bytes
 * </pre>
 */
final class Block {

    static final int HEAD = 13;
    private static final int CHECKED_HEAD = 9;

    private final Type type;
    private final byte[] bytes;
    private final int packedLength;

    private Block(Type type, byte[] bytes, int packedLength) {
        this.type = type;
        this.bytes = bytes;
        this.packedLength = packedLength;
    }

    Type type() {
        return type;
    }

    /** Unpacked; not to be changed. */
    byte[] bytes() {
        return bytes;
    }

    /** In the file, with its head, bytes. */
    int packedLength() {
        return packedLength;
    }

    enum Type {
        HEADER('H'),
        RECORDS('R'),
        INDEX('I');

        private final byte letter;

        Type(char letter) {
            this.letter = (byte) letter;
        }

        static Type of(byte letter, long position) {
            for (var type : values()) {
                if (type.letter == letter) {
                    return type;
                }
            }
            throw new RecordingException(
                    Code.RECORDING_CORRUPT, position, "No block of a known type begins here.");
        }
    }

    /** As it lies in the file. */
    static byte[] packed(Type type, byte[] bytes) {
        var deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try {
            deflater.setInput(bytes);
            deflater.finish();
            var out = new ByteArrayOutputStream(bytes.length / 2 + 64);
            var part = new byte[8 << 10];
            while (!deflater.finished()) {
                out.write(part, 0, deflater.deflate(part));
            }
            var packed = out.toByteArray();
            var block = ByteBuffer.allocate(HEAD + packed.length);
            block.put(type.letter).putInt(packed.length).putInt(bytes.length);
            block.putInt(checksum(block.array(), packed)).put(packed);
            return block.array();
        } finally {
            deflater.end();
        }
    }

    /**
     * Reads the next one; null when the file ends before its end.
     *
     * @param most bytes, packed and unpacked
     */
    static @Nullable Block read(InputStream in, long position, int most) throws IOException {
        var head = in.readNBytes(HEAD);
        if (head.length < HEAD) {
            return null;
        }
        var buffer = ByteBuffer.wrap(head);
        var type = Type.of(buffer.get(), position);
        int packedLength = buffer.getInt();
        int length = buffer.getInt();
        int checksum = buffer.getInt();
        if (packedLength < 0 || length < 0 || packedLength > most || length > most) {
            throw new RecordingException(
                    Code.RECORDING_LIMIT, position, "A block is larger than " + most + " bytes.");
        }
        var packed = in.readNBytes(packedLength);
        if (packed.length < packedLength) {
            return null;
        }
        if (checksum(head, packed) != checksum) {
            throw new RecordingException(
                    Code.RECORDING_CORRUPT, position, "The checksum of a block does not fit.");
        }
        return new Block(type, unpacked(packed, length, position), HEAD + packedLength);
    }

    private static byte[] unpacked(byte[] packed, int length, long position) {
        var inflater = new Inflater(true);
        try {
            inflater.setInput(packed);
            var bytes = new byte[length];
            int read = 0;
            while (read < length) {
                int part = inflater.inflate(bytes, read, length - read);
                if (part == 0) {
                    break;
                }
                read += part;
            }
            // The end of the stream may still be ahead when everything was read.
            boolean whole = read == length && inflater.inflate(new byte[1]) == 0;
            if (!whole || !inflater.finished() || inflater.getRemaining() > 0) {
                throw corrupt(position);
            }
            return bytes;
        } catch (DataFormatException e) {
            throw corrupt(position);
        } finally {
            inflater.end();
        }
    }

    private static RecordingException corrupt(long position) {
        return new RecordingException(
                Code.RECORDING_CORRUPT, position, "A block cannot be unpacked.");
    }

    private static int checksum(byte[] head, byte[] packed) {
        var crc = new CRC32C();
        crc.update(head, 0, CHECKED_HEAD);
        crc.update(packed);
        return (int) crc.getValue();
    }
}
