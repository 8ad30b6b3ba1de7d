package io.streamwire.ingest;

import io.streamwire.contract.Ids;
import io.streamwire.ingest.recording.RecordingLimits;
import io.streamwire.ingest.recording.RecordingReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.UUID;

/**
 * The recording of a lively show that comes with the product: every workspace has it. Nobody in it
 * exists.
 */
final class SampleShow {

    /** What may be written instead of its id. */
    static final String NAME = "sample-show";

    static final UUID ID = Ids.derived("recording", NAME);
    static final String FILE = NAME + RecordingFiles.ENDING;

    private final RecordingLimits limits;
    private final Recording recording;

    SampleShow(RecordingLimits limits) {
        this.limits = limits;
        this.recording = read();
    }

    /** As it stands in the list of a workspace. */
    Recording in(UUID workspaceId) {
        return new Recording(
                recording.id(),
                workspaceId,
                null,
                recording.origin(),
                recording.username(),
                recording.roomId(),
                recording.state(),
                null,
                recording.createdAt(),
                recording.startedAt(),
                recording.endedAt(),
                recording.bytes(),
                recording.frames(),
                recording.sockets(),
                recording.durationMs(),
                true,
                null);
    }

    RecordingReader open() throws IOException {
        return RecordingReader.of(bytes(), limits);
    }

    static InputStream bytes() {
        var bytes = SampleShow.class.getResourceAsStream(FILE);
        if (bytes == null) {
            throw new IllegalStateException(FILE + " is missing");
        }
        return bytes;
    }

    private Recording read() {
        try (var reader = open()) {
            var summary = reader.requireWhole();
            var startedAt = reader.header().startedAt();
            return new Recording(
                    ID,
                    ID,
                    null,
                    Recording.Origin.BUILT_IN,
                    reader.header().username(),
                    reader.header().roomId(),
                    Recording.State.ENDED,
                    null,
                    startedAt,
                    startedAt,
                    startedAt.plus(summary.length()),
                    summary.bytes(),
                    summary.frames(),
                    summary.sockets(),
                    summary.length().toMillis(),
                    true,
                    null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
