package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.streamwire.ingest.recording.Recorded;
import io.streamwire.ingest.recording.RecordingHeader;
import io.streamwire.ingest.recording.RecordingLimits;
import io.streamwire.ingest.recording.RecordingReader;
import io.streamwire.ingest.recording.RecordingSummary;
import io.streamwire.ingest.recording.RecordingWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever the disk does, whoever adds to a tape does not wait. */
@Timeout(30)
class TapeTest implements Tape.Owner {

    private static final RecordingLimits FILE =
            RecordingLimits.of(1 << 20, 4 << 20, Duration.ofHours(1));
    private static final int BUFFER = 100_000;
    private static final ByteString FRAME = ByteString.copyFrom(new byte[1_000]);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir Path directory;
    private final UUID id = UUID.randomUUID();
    private final Instant start = Instant.now();
    private volatile String reason = "";
    private volatile long frames;

    @Override
    public void began(Instant startedAt) {
        assertThat(startedAt).isBetween(start.minusMillis(1), start);
    }

    @Override
    public void ended(String why, RecordingSummary summary) {
        frames = summary.frames();
        reason = why;
    }

    @Test
    void aDiskThatIsTooSlowEndsTheRecordingAndKeepsWhatFitted() throws Exception {
        var disk = new CountDownLatch(1);
        var tape =
                Tape.start(
                        id,
                        () -> {
                            disk.await();
                            return create();
                        },
                        limits(1 << 20, Long.MAX_VALUE, 0),
                        this);

        long begin = System.nanoTime();
        for (int i = 0; i < 100_000; i++) {
            tape.add(new Recorded.Frame(start.plusMillis(i), FRAME));
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
        disk.countDown();
        tape.join(PATIENCE);

        assertThat(reason).isEqualTo("disk_too_slow");
        assertThat(frames).isBetween(80L, 100L);
        try (var reader = RecordingReader.open(file(), FILE)) {
            assertThat(reader.requireWhole().frames()).isEqualTo(frames);
        }
    }

    @Test
    void aDiskThatTakesNothingEndsTheRecording() {
        var tape =
                Tape.start(
                        id,
                        () -> {
                            throw new IOException("read-only");
                        },
                        limits(1 << 20, Long.MAX_VALUE, 0),
                        this);
        tape.add(new Recorded.Ticked(start));
        tape.join(PATIENCE);

        assertThat(reason).isEqualTo("disk_failed");
        tape.add(new Recorded.Ticked(start)); // nobody minds
    }

    @Test
    void theRestOfTheDiskIsLeftToOthers() {
        var tape = Tape.start(id, this::create, limits(1 << 20, Long.MAX_VALUE, 1L << 62), this);
        tape.add(new Recorded.Ticked(start));

        tape.join(PATIENCE);

        assertThat(reason).isEqualTo("disk_full");
    }

    @Test
    void aWorkspaceKeepsToItsShare() {
        var tape = Tape.start(id, this::create, limits(1 << 20, 100, 0), this);
        tape.add(new Recorded.Frame(start, FRAME));

        tape.join(PATIENCE);

        assertThat(reason).isEqualTo("workspace_full");
        assertThat(frames).isEqualTo(1);
    }

    @Test
    void aSuspendedTapeIsContinued() throws IOException {
        var first = Tape.start(id, this::create, limits(1 << 20, Long.MAX_VALUE, 0), this);
        first.add(new Recorded.Frame(start, FRAME));
        first.suspend();
        first.join(PATIENCE);
        assertThat(reason).isEmpty();
        assertThat(Files.size(file())).isPositive();

        var second =
                Tape.start(
                        id,
                        () -> RecordingWriter.resume(file(), FILE),
                        limits(1 << 20, Long.MAX_VALUE, 0),
                        this);
        second.add(new Recorded.Frame(start.plusMillis(1), FRAME));
        second.end("stopped");
        second.join(PATIENCE);

        assertThat(reason).isEqualTo("stopped");
        assertThat(frames).isEqualTo(2);
    }

    private Path file() {
        return directory.resolve("some.swrec");
    }

    private RecordingWriter create() throws IOException {
        return RecordingWriter.create(
                file(), RecordingHeader.of("maker", "7400000000000000001", start, 10_000));
    }

    private static Tape.Limits limits(long bytes, long workspaceBytes, long minFree) {
        return new Tape.Limits(FILE, bytes, workspaceBytes, BUFFER, minFree, 4 << 20);
    }
}
