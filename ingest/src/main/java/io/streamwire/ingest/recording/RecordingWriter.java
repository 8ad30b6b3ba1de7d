package io.streamwire.ingest.recording;

import com.google.protobuf.CodedOutputStream;
import io.streamwire.contract.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Writes one recording, block by block; each block is handed to the operating system as a whole, so
 * that a process that dies leaves whole ones. Keeps others from writing the same file. For one
 * thread.
 *
 * <pre>
 *   magic | block: header | block: records | block: records | ... | block: index | trailer
 * </pre>
 */
public final class RecordingWriter implements AutoCloseable {

    /** So many bytes of records are packed together. */
    static final int BLOCK = 64 << 10;

    private static final byte[] MAGIC = {(byte) 0x89, 'S', 'W', 'R', 'E', 'C', '\r', '\n'};
    private static final byte[] END = {'S', 'W', 'R', 'E', 'C', 'E', 'N', 'D'};

    /** Position of the index, checksum of that, end. */
    static final int TRAILER = 20;

    private final FileChannel channel;
    private final FileStore disk;
    private final RecordingHeader header;
    private final RecordingIndex index;
    private final ByteArrayOutputStream block = new ByteArrayOutputStream(BLOCK + 1024);
    private final CodedOutputStream out = CodedOutputStream.newInstance(block);
    private int records;
    private long firstMicros;
    private long lastMicros;
    private long position;

    private RecordingWriter(
            FileChannel channel,
            FileStore disk,
            RecordingHeader header,
            RecordingIndex index,
            long position) {
        this.channel = channel;
        this.disk = disk;
        this.header = header;
        this.index = index;
        this.position = position;
    }

    static byte[] magic() {
        return MAGIC.clone();
    }

    /**
     * Begins a file that must not be there yet.
     *
     * @throws IOException when it cannot be written
     */
    public static RecordingWriter create(Path file, RecordingHeader header) throws IOException {
        var channel = locked(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            var disk = Files.getFileStore(file);
            var writer = new RecordingWriter(channel, disk, header, new RecordingIndex(), 0);
            writer.write(MAGIC);
            writer.write(Block.packed(Block.Type.HEADER, Json.writeBytes(header)));
            return writer;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Goes on with a file that was left at any point: what is half or damaged at its end is cut
     * off, an index too.
     *
     * @throws RecordingBusyException when somebody else writes it
     * @throws IOException when it cannot be written
     * @throws RecordingException when not even its beginning can be read
     */
    public static RecordingWriter resume(Path file, RecordingLimits limits) throws IOException {
        var channel = locked(file, StandardOpenOption.WRITE);
        try (var reader = RecordingReader.open(file, limits)) {
            reader.skipToEnd();
            channel.truncate(reader.goodEnd());
            channel.position(reader.goodEnd());
            return new RecordingWriter(
                    channel,
                    Files.getFileStore(file),
                    reader.header(),
                    reader.index(),
                    reader.goodEnd());
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static FileChannel locked(Path file, StandardOpenOption... options) throws IOException {
        var channel = FileChannel.open(file, options);
        try {
            if (channel.tryLock() == null) {
                throw new RecordingBusyException("another process writes " + file);
            }
            return channel;
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw new RecordingBusyException("somebody else writes " + file);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    public RecordingHeader header() {
        return header;
    }

    /** Bytes that the disk has left. */
    public long free() throws IOException {
        return disk.getUsableSpace();
    }

    /** Adds a record; a full block is written. */
    public void append(Recorded record) throws IOException {
        long micros = RecordingHeader.micros(record.at());
        if (records == 0) {
            firstMicros = micros;
            lastMicros = micros;
            out.writeSInt64NoTag(micros - header.startedUs());
        }
        Kind.write(record, lastMicros, out);
        out.flush();
        lastMicros = micros;
        records++;
        index.record(record, micros - header.startedUs());
        if (block.size() >= BLOCK) {
            flush();
        }
    }

    /** Writes what waits for its block to be full. */
    public void flush() throws IOException {
        if (records == 0) {
            return;
        }
        index.block(position, firstMicros - header.startedUs());
        index.unpacked(block.size());
        write(Block.packed(Block.Type.RECORDS, block.toByteArray()));
        block.reset();
        records = 0;
    }

    /** How much was written, and waits to be. */
    public RecordingSummary summary() {
        return index.summary(position + block.size());
    }

    /** Whether no further block may be added. */
    public boolean full(RecordingLimits limits) {
        return index.blocks() >= RecordingIndex.MOST - 1
                || index.records() >= limits.records() - 1
                || index.unpacked() + block.size() >= limits.unpacked() - 2L * limits.block();
    }

    /** Writes the rest and the index; the file is whole then, and on the disk. */
    public RecordingSummary finish() throws IOException {
        flush();
        long at = position;
        write(Block.packed(Block.Type.INDEX, index.toBytes()));
        write(trailer(at));
        channel.force(true);
        return index.summary(position);
    }

    static byte[] trailer(long indexAt) {
        var trailer = ByteBuffer.allocate(TRAILER).putLong(indexAt);
        var crc = new CRC32C();
        crc.update(trailer.array(), 0, Long.BYTES);
        return trailer.putInt((int) crc.getValue()).put(END).array();
    }

    private void write(byte[] bytes) throws IOException {
        var buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        position += bytes.length;
    }

    /** Leaves the file as it is: without an index unless it was finished. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
