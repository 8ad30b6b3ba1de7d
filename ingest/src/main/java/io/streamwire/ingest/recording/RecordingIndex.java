package io.streamwire.ingest.recording;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the blocks of records lie and when each begins. Grows while a file is written or read; a
 * finished file ends with it.
 */
final class RecordingIndex {

    /** Blocks of one file: a day of one a second, and many more. */
    static final int MOST = 200_000;

    /**
     * One block of records.
     *
     * @param position in the file, bytes
     * @param micros when its first record happened, since the start of the recording
     */
    record Entry(long position, long micros) {}

    private final List<Entry> entries = new ArrayList<>();
    private long unpacked;
    private long frames;
    private long records;
    private long sockets;
    private long lengthMicros;

    void block(long position, long micros) {
        entries.add(new Entry(position, micros));
    }

    void unpacked(long bytes) {
        unpacked += bytes;
    }

    /**
     * @param micros since the start of the recording
     */
    void record(Recorded record, long micros) {
        records++;
        lengthMicros = Math.max(lengthMicros, micros);
        switch (record) {
            case Recorded.Frame _ -> frames++;
            case Recorded.Opened _ -> sockets++;
            case Recorded.Damaged _,
                    Recorded.Closed _,
                    Recorded.Taken _,
                    Recorded.Ticked _,
                    Recorded.Ended _ -> {}
        }
    }

    int blocks() {
        return entries.size();
    }

    long records() {
        return records;
    }

    long unpacked() {
        return unpacked;
    }

    RecordingSummary summary(long bytes) {
        return new RecordingSummary(
                bytes,
                unpacked,
                frames,
                records,
                sockets,
                Duration.ofNanos(Math.multiplyExact(lengthMicros, 1_000)));
    }

    /** As it is written into its block. */
    byte[] toBytes() {
        var bytes = new ByteArrayOutputStream(64 + 8 * entries.size());
        var out = CodedOutputStream.newInstance(bytes);
        try {
            out.writeUInt64NoTag(unpacked);
            out.writeUInt64NoTag(frames);
            out.writeUInt64NoTag(records);
            out.writeUInt64NoTag(sockets);
            out.writeUInt64NoTag(lengthMicros);
            out.writeUInt32NoTag(entries.size());
            long position = 0;
            long micros = 0;
            for (var entry : entries) {
                out.writeUInt64NoTag(entry.position() - position);
                out.writeSInt64NoTag(entry.micros() - micros);
                position = entry.position();
                micros = entry.micros();
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail", e);
        }
        return bytes.toByteArray();
    }

    /** Only the totals, for who does not read the whole file. */
    static RecordingSummary summary(byte[] index, long bytes) throws IOException {
        var in = CodedInputStream.newInstance(index);
        long unpacked = in.readUInt64();
        long frames = in.readUInt64();
        long records = in.readUInt64();
        long sockets = in.readUInt64();
        long micros = in.readUInt64();
        if (micros < 0 || micros > Long.MAX_VALUE / 1_000) {
            throw new IOException("no possible length");
        }
        return new RecordingSummary(
                bytes, unpacked, frames, records, sockets, Duration.ofNanos(micros * 1_000));
    }
}
