package io.streamwire.ingest.recording;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import io.streamwire.ingest.webcast.Inbound.Damage;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;

/** How a record is written: a number, the time since the record before, and a body. */
enum Kind {
    FRAME(1),
    DAMAGED(2),
    OPENED(3),
    CLOSED(4),
    TAKEN(5),
    TICKED(6),
    ENDED(7);

    private static final int LONGEST_TEXT = 200;
    private static final long LONGEST_PAUSE = Duration.ofDays(365).toNanos() / 1_000;

    private final int number;

    Kind(int number) {
        this.number = number;
    }

    private static Kind of(int number) throws IOException {
        for (var kind : values()) {
            if (kind.number == number) {
                return kind;
            }
        }
        throw new IOException("a record of an unknown kind");
    }

    /**
     * @param before the time of the record before, microseconds since the epoch
     */
    static void write(Recorded record, long before, CodedOutputStream out) throws IOException {
        switch (record) {
            case Recorded.Frame frame -> write(FRAME, record, before, frame.bytes(), out);
            case Recorded.Damaged it ->
                    write(DAMAGED, record, before, text(it.damage().name()), out);
            case Recorded.Opened opened -> write(OPENED, record, before, text(opened.mode()), out);
            case Recorded.Closed it -> write(CLOSED, record, before, text(it.reason()), out);
            case Recorded.Taken _ -> write(TAKEN, record, before, ByteString.EMPTY, out);
            case Recorded.Ticked _ -> write(TICKED, record, before, ByteString.EMPTY, out);
            case Recorded.Ended _ -> write(ENDED, record, before, ByteString.EMPTY, out);
        }
    }

    private static void write(
            Kind kind, Recorded record, long before, ByteString body, CodedOutputStream out)
            throws IOException {
        out.writeUInt32NoTag(kind.number);
        out.writeSInt64NoTag(RecordingHeader.micros(record.at()) - before);
        out.writeBytesNoTag(body);
    }

    private static ByteString text(String text) {
        return ByteString.copyFromUtf8(
                text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) : text);
    }

    /**
     * @throws IOException whatever is wrong with it
     */
    static Recorded read(CodedInputStream in, long before) throws IOException {
        var kind = of(in.readUInt32());
        long since = in.readSInt64();
        if (Math.abs(since) > LONGEST_PAUSE) {
            throw new IOException("a record of no possible time");
        }
        long micros = before + since;
        var at = RecordingHeader.instant(micros);
        var body = in.readBytes();
        if (kind != FRAME && body.size() > 4 * LONGEST_TEXT) {
            throw new IOException("a text that is too long");
        }
        return switch (kind) {
            case FRAME -> new Recorded.Frame(at, body);
            case DAMAGED -> new Recorded.Damaged(at, damage(body.toStringUtf8()));
            case OPENED -> new Recorded.Opened(at, body.toStringUtf8());
            case CLOSED -> new Recorded.Closed(at, body.toStringUtf8());
            case TAKEN -> new Recorded.Taken(at);
            case TICKED -> new Recorded.Ticked(at);
            case ENDED -> new Recorded.Ended(at);
        };
    }

    private static Damage damage(String name) throws IOException {
        try {
            return Damage.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IOException("a damage of an unknown kind", e);
        }
    }
}
