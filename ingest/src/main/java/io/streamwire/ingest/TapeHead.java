package io.streamwire.ingest;

import com.google.protobuf.ByteString;
import io.streamwire.ingest.recording.Recorded;
import io.streamwire.ingest.webcast.Inbound;
import io.streamwire.ingest.webcast.RawFrames;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where a session hands what it hears to a recording, while there is one. Any thread puts a tape
 * in; everything else is called by the session's thread.
 */
final class TapeHead {

    private final Instant createdAt;
    private volatile @Nullable Tape tape;
    private @Nullable Tape begun;
    private @Nullable String mode; // of the open socket

    /**
     * @param createdAt when its livestream was first wanted
     */
    TapeHead(Instant createdAt) {
        this.createdAt = createdAt;
    }

    Instant createdAt() {
        return createdAt;
    }

    /** Records from now on. */
    synchronized void insert(Tape inserted) {
        tape = inserted;
    }

    /** Stops, unless there is another tape already. */
    synchronized void eject(Tape ended) {
        if (tape == ended) {
            tape = null;
        }
    }

    void opened(Instant at, String way) {
        write(new Recorded.Opened(at, way), at);
        mode = way;
    }

    void closed(Instant at, String reason) {
        mode = null;
        write(new Recorded.Closed(at, reason), at);
    }

    /**
     * Something came.
     *
     * @param raw its bytes, empty when they were not kept
     */
    void heard(Inbound inbound, ByteString raw, Instant now) {
        if (tape == null) {
            return;
        }
        switch (inbound) {
            case Inbound.Messages it -> {
                var bytes = raw.isEmpty() ? RawFrames.of(it.messages()) : raw;
                write(new Recorded.Frame(it.receivedAt(), bytes), now);
            }
            case Inbound.Sign _ -> write(new Recorded.Frame(now, raw), now);
            case Inbound.Damaged it ->
                    write(
                            raw.isEmpty()
                                    ? new Recorded.Damaged(now, it.damage())
                                    : new Recorded.Frame(now, raw),
                            now);
            case Inbound.Nothing _, Inbound.Closed _ -> {}
        }
    }

    /** Something followed from the time alone. */
    void ticked(Instant at) {
        write(new Recorded.Ticked(at), at);
    }

    void ended(Instant at) {
        write(new Recorded.Ended(at), at);
    }

    private void write(Recorded record, Instant now) {
        var into = tape;
        if (into == null) {
            begun = null;
            return;
        }
        if (into != begun) {
            begun = into;
            var at = record.at().isBefore(now) ? record.at() : now;
            into.add(new Recorded.Taken(at));
            if (mode != null) {
                into.add(new Recorded.Opened(at, mode));
            }
        }
        into.add(record);
    }
}
