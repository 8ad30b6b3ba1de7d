package io.streamwire.ingest.webcast;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;

/** Damages bytes in the ways in which a decoder may stumble. */
public final class Mutation {

    private Mutation() {}

    /** Up to eight bits flipped, bytes replaced, pieces cut out, doubled or cut off. */
    public static byte[] of(byte[] bytes, Random random) {
        var damaged = bytes.clone();
        for (int i = random.nextInt(8); i >= 0 && damaged.length > 0; i--) {
            damaged = once(damaged, random);
        }
        return damaged;
    }

    /** The same field again and again, each time empty. */
    public static byte[] repeated(int field, int size) throws IOException {
        var bytes = new ByteArrayOutputStream(size + 8);
        var out = CodedOutputStream.newInstance(bytes);
        while (out.getTotalBytesWritten() < size) {
            out.writeByteArray(field, new byte[0]);
        }
        out.flush();
        return bytes.toByteArray();
    }

    private static byte[] once(byte[] bytes, Random random) {
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(5)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt(256);
            case 2 -> bytes[at] = (byte) 0xff; // lengths beyond the end
            case 3 -> {
                return Arrays.copyOf(bytes, at);
            }
            default -> {
                int length = Math.min(bytes.length - at, 1 + random.nextInt(64));
                var longer = Arrays.copyOf(bytes, bytes.length + length);
                System.arraycopy(bytes, at, longer, at + length, bytes.length - at);
                return longer;
            }
        }
        return bytes;
    }
}
