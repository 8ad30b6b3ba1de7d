package io.streamwire.ingest.recording;

import com.google.protobuf.CodedInputStream;
import io.streamwire.contract.Json;
import io.streamwire.ingest.recording.RecordingException.Code;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads a recording from its beginning to its end, one block at a time, whatever the file contains.
 * A file that was cut short is read up to its last whole block. For one thread.
 */
public final class RecordingReader implements AutoCloseable {

    private static final int BUFFER = 64 << 10;

    private final InputStream in;
    private final RecordingLimits limits;
    private final RecordingIndex index = new RecordingIndex();
    private final RecordingHeader header;
    private long position;
    private long goodEnd;
    private boolean atEnd;
    private boolean whole;
    private CodedInputStream records = CodedInputStream.newInstance(new byte[0]);
    private long blockAt;
    private long lastMicros;

    private RecordingReader(InputStream in, RecordingLimits limits) throws IOException {
        this.in = in;
        this.limits = limits;
        this.header = begin();
    }

    /**
     * Opens a file.
     *
     * @throws RecordingException when it does not begin as a recording
     */
    public static RecordingReader open(Path file, RecordingLimits limits) throws IOException {
        return of(Files.newInputStream(file), limits);
    }

    /**
     * Reads from anywhere.
     *
     * @param in is closed with the reader, and when it does not begin as a recording
     */
    public static RecordingReader of(InputStream in, RecordingLimits limits) throws IOException {
        try {
            return new RecordingReader(new BufferedInputStream(in, BUFFER), limits);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    /**
     * What a finished file says of itself at its end, without reading the rest.
     *
     * @throws RecordingException when it is not finished, or its end is damaged
     */
    public static RecordingSummary summary(Path file, RecordingLimits limits) throws IOException {
        try (var channel = FileChannel.open(file)) {
            long size = channel.size();
            var trailer = ByteBuffer.allocate(RecordingWriter.TRAILER);
            channel.position(Math.max(0, size - RecordingWriter.TRAILER));
            if (Channels.newInputStream(channel).readNBytes(trailer.array(), 0, trailer.limit())
                    < trailer.limit()) {
                throw truncated(size);
            }
            long at = trailer.getLong(0);
            if (!Arrays.equals(trailer.array(), RecordingWriter.trailer(at))
                    || at < 0
                    || at >= size) {
                throw truncated(size);
            }
            var block =
                    Block.read(Channels.newInputStream(channel.position(at)), at, limits.block());
            if (block == null || block.type() != Block.Type.INDEX) {
                throw corrupt(at, "There is no index where the end says.");
            }
            try {
                return RecordingIndex.summary(block.bytes(), size);
            } catch (IOException e) {
                throw corrupt(at, "The index cannot be read.");
            }
        }
    }

    private RecordingHeader begin() throws IOException {
        var magic = RecordingWriter.magic();
        if (!Arrays.equals(in.readNBytes(magic.length), magic)) {
            throw new RecordingException(
                    Code.NOT_A_RECORDING, 0, "The file does not begin as a recording does.");
        }
        position = magic.length;
        var block = Block.read(in, position, limits.block());
        if (block == null) {
            throw truncated(position);
        }
        if (block.type() != Block.Type.HEADER) {
            throw corrupt(position, "The header is missing.");
        }
        RecordingHeader read;
        try {
            read = Json.read(block.bytes(), RecordingHeader.class);
        } catch (Json.MalformedJson e) {
            throw corrupt(position, "The header cannot be read.");
        }
        if (read.version() != RecordingHeader.VERSION) {
            throw new RecordingException(
                    Code.RECORDING_VERSION,
                    position,
                    "Version %d of the format is not known.".formatted(read.version()));
        }
        position += block.packedLength();
        goodEnd = position;
        return read;
    }

    public RecordingHeader header() {
        return header;
    }

    /**
     * The next record; null at the end.
     *
     * @throws RecordingException when the file is damaged here or holds too much
     */
    public @Nullable Recorded next() throws IOException {
        while (!atEnd) {
            try {
                if (!records.isAtEnd()) {
                    return record();
                }
            } catch (RecordingException e) {
                throw e;
            } catch (IOException e) {
                throw corrupt(blockAt, "A block holds no records: " + e.getMessage());
            }
            goodEnd = position;
            block();
        }
        return null;
    }

    private Recorded record() throws IOException {
        var record = Kind.read(records, lastMicros);
        lastMicros = RecordingHeader.micros(record.at());
        long since = lastMicros - header.startedUs();
        if (since < 0 || since > limits.length().toNanos() / 1_000) {
            throw limit("A record lies before the start or after the longest length.");
        }
        if (record instanceof Recorded.Frame frame && frame.bytes().size() > limits.frame()) {
            throw limit("A frame is larger than " + limits.frame() + " bytes.");
        }
        index.record(record, since);
        if (index.records() > limits.records()) {
            throw limit("There are more than " + limits.records() + " records.");
        }
        return record;
    }

    private void block() throws IOException {
        blockAt = position;
        var block = Block.read(in, position, limits.block());
        if (block == null) {
            atEnd = true;
            return;
        }
        position += block.packedLength();
        switch (block.type()) {
            case RECORDS -> records(block);
            case INDEX -> end(block);
            case HEADER -> throw corrupt(blockAt, "A second header begins here.");
        }
    }

    private void records(Block block) throws IOException {
        index.unpacked(block.bytes().length);
        if (index.unpacked() > limits.unpacked()) {
            throw limit("It unpacks to more than " + limits.unpacked() + " bytes.");
        }
        var opened = CodedInputStream.newInstance(block.bytes());
        long first;
        try {
            first = opened.readSInt64();
        } catch (IOException e) {
            throw corrupt(blockAt, "A block holds no records.");
        }
        if (first < 0 || first > limits.length().toNanos() / 1_000) {
            throw limit("A block begins before the start or after the longest length.");
        }
        index.block(blockAt, first);
        if (index.blocks() > RecordingIndex.MOST) {
            throw limit("There are more than " + RecordingIndex.MOST + " blocks.");
        }
        lastMicros = header.startedUs() + first;
        records = opened;
    }

    private void end(Block block) throws IOException {
        var trailer = in.readNBytes(RecordingWriter.TRAILER + 1);
        atEnd = true;
        if (trailer.length < RecordingWriter.TRAILER) {
            return;
        }
        if (!Arrays.equals(trailer, RecordingWriter.trailer(blockAt))) {
            throw corrupt(position, "The end does not fit.");
        }
        if (!Arrays.equals(block.bytes(), index.toBytes())) {
            throw corrupt(blockAt, "The index says something else than the records.");
        }
        position += trailer.length;
        whole = true;
    }

    /** Reads the rest without a look at it; ends before the first block that is damaged. */
    void skipToEnd() throws IOException {
        try {
            while (next() != null) {
                // counted
            }
        } catch (RecordingException e) {
            if (position != blockAt) {
                throw e; // it is counted in part already
            }
            atEnd = true;
        }
    }

    /**
     * Reads the rest.
     *
     * @throws RecordingException when anything is wrong with it, or its end is missing
     */
    public RecordingSummary requireWhole() throws IOException {
        while (next() != null) {
            // checked
        }
        if (!whole) {
            throw truncated(goodEnd);
        }
        return summary();
    }

    /** What was read so far. */
    public RecordingSummary summary() {
        return index.summary(position);
    }

    /** At the end: whether the file was finished, and not cut short. */
    public boolean whole() {
        return whole;
    }

    /** Where the last whole block ends, all of which was read. */
    long goodEnd() {
        return goodEnd;
    }

    RecordingIndex index() {
        return index;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private RecordingException limit(String detail) {
        return new RecordingException(Code.RECORDING_LIMIT, blockAt, detail);
    }

    private static RecordingException corrupt(long position, String detail) {
        return new RecordingException(Code.RECORDING_CORRUPT, position, detail);
    }

    private static RecordingException truncated(long position) {
        return new RecordingException(
                Code.RECORDING_TRUNCATED, position, "The file ends before its end.");
    }
}
