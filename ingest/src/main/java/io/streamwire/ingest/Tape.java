package io.streamwire.ingest;

import io.streamwire.ingest.recording.Recorded;
import io.streamwire.ingest.recording.RecordingException;
import io.streamwire.ingest.recording.RecordingLimits;
import io.streamwire.ingest.recording.RecordingSummary;
import io.streamwire.ingest.recording.RecordingWriter;
import io.streamwire.ingest.webcast.RawFrames;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A recording that is being made. Whoever adds to it never waits: a thread of its own writes, and
 * when the disk cannot keep up, or a limit is reached, the recording ends and says so.
 *
 * <pre>
 *   add --> queue, bounded --> block of 64 KiB or one second --> file
 *   end(why) or a limit --> the rest, the index --> owner
 *   suspend             --> the rest             --> the file stays open-ended for whoever goes on
 * </pre>
 */
final class Tape {

    private static final Logger LOG = System.getLogger(Tape.class.getName());
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int MOST_WAITING = 50_000;

    /** How much earlier than a reader's limit a recording ends. */
    private static final Duration RESERVE = Duration.ofSeconds(5);

    private static final RecordingSummary NOTHING =
            new RecordingSummary(0, 0, 0, 0, 0, Duration.ZERO);

    /** What a record takes in memory besides its bytes, about. */
    private static final int OVERHEAD = 64;

    private final UUID id;
    private final Opener opener;
    private final Limits limits;
    private final Owner owner;
    private final LinkedBlockingQueue<Entry> queue = new LinkedBlockingQueue<>(MOST_WAITING + 2);
    private final AtomicInteger waitingBytes = new AtomicInteger();
    private final Thread thread = Thread.ofVirtual().name("tape").unstarted(this::run);
    private volatile @Nullable String ending;
    private volatile RecordingSummary summary = NOTHING;
    private volatile boolean suspended;

    /** Opens the file, on the tape's thread. */
    interface Opener {
        RecordingWriter open() throws IOException, InterruptedException;
    }

    /** Who is told, on the tape's thread. */
    interface Owner {
        /** The file is open. */
        void began(Instant startedAt);

        /** It ended, and why; not told when it was only suspended. */
        void ended(String reason, RecordingSummary summary);
    }

    /** Its file is on the disk of another instance. */
    static final class MovedException extends IOException {
        MovedException() {
            super("its file is on the disk of another instance");
        }
    }

    private sealed interface Entry {
        record Heard(Recorded record) implements Entry {}

        /** Nothing more comes. */
        record Last() implements Entry {}
    }

    /**
     * How much of it there may be.
     *
     * @param file what a recording may hold at all
     * @param bytes of the file
     * @param workspaceBytes what the workspace has left
     * @param waiting bytes that may wait for the disk
     * @param minFree bytes that are left to others on the disk
     * @param maxUnpacked largest payload of a frame after gunzip, bytes
     */
    record Limits(
            RecordingLimits file,
            long bytes,
            long workspaceBytes,
            int waiting,
            long minFree,
            int maxUnpacked) {}

    private Tape(UUID id, Opener opener, Limits limits, Owner owner) {
        this.id = id;
        this.opener = opener;
        this.limits = limits;
        this.owner = owner;
    }

    /** Begins; what is added before the file is open waits for it. */
    static Tape start(UUID id, Opener opener, Limits limits, Owner owner) {
        var tape = new Tape(id, opener, limits, owner);
        tape.thread.start();
        return tape;
    }

    UUID id() {
        return id;
    }

    /** How much was written so far. */
    RecordingSummary summary() {
        return summary;
    }

    /** Adds a record unless it has ended; never waits. */
    void add(Recorded record) {
        if (ending != null) {
            return;
        }
        int size = size(record);
        if (waitingBytes.addAndGet(size) > limits.waiting() || queue.size() >= MOST_WAITING) {
            end("disk_too_slow");
            return;
        }
        queue.add(new Entry.Heard(record));
    }

    private static int size(Recorded record) {
        return OVERHEAD + (record instanceof Recorded.Frame frame ? frame.bytes().size() : 0);
    }

    /** Ends it; the first reason counts. */
    void end(String reason) {
        synchronized (this) {
            if (ending != null) {
                return;
            }
            ending = reason;
        }
        var _ = queue.offer(new Entry.Last());
    }

    /** Lets go of the file, to which somebody else may add more. */
    void suspend() {
        suspended = ending == null;
        end("suspended");
    }

    /** Waits until the file is closed, bounded. */
    void join(Duration patience) {
        try {
            if (!thread.join(patience)) {
                LOG.log(Level.WARNING, "recording={0} writing=slow", id);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        var reason = "disk_failed";
        try (var writer = opener.open()) {
            summary = writer.summary();
            owner.began(writer.header().startedAt());
            record(writer);
            if (suspended) {
                writer.flush();
            } else {
                summary = writer.finish();
            }
            reason = String.valueOf(ending);
        } catch (MovedException e) {
            reason = "moved";
        } catch (IOException | RecordingException e) {
            LOG.log(
                    Level.WARNING,
                    "recording={0} writing=failed reason=\"{1}\"",
                    id,
                    e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end(reason);
            queue.clear();
        }
        if (!suspended) {
            owner.ended(reason, summary);
        }
    }

    private void record(RecordingWriter writer) throws IOException, InterruptedException {
        long written = System.nanoTime();
        while (true) {
            long left = written + PAUSE.toNanos() - System.nanoTime();
            switch (queue.poll(Math.max(0, left), TimeUnit.NANOSECONDS)) {
                case Entry.Heard(var record) -> {
                    waitingBytes.addAndGet(-size(record));
                    writer.append(packable(record));
                }
                case Entry.Last _ -> {
                    return;
                }
                case null -> {}
            }
            summary = writer.summary();
            if (summary.bytes() > limits.bytes() || writer.full(limits.file())) {
                end("too_large");
            }
            if (System.nanoTime() - written >= PAUSE.toNanos()) {
                writer.flush();
                check(writer);
                written = System.nanoTime();
            }
        }
    }

    private Recorded packable(Recorded record) {
        return record instanceof Recorded.Frame(var at, var bytes)
                ? new Recorded.Frame(at, RawFrames.unpacked(bytes, limits.maxUnpacked()))
                : record;
    }

    /** What is looked at once a second. */
    private void check(RecordingWriter writer) throws IOException {
        if (summary.bytes() > limits.workspaceBytes()) {
            end("workspace_full");
        }
        var age = Duration.between(writer.header().startedAt(), Instant.now());
        if (age.compareTo(limits.file().length().minus(RESERVE)) > 0) {
            end("too_long");
        }
        if (writer.free() < limits.minFree()) {
            end("disk_full");
        }
    }
}
