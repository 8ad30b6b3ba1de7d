package io.streamwire.ingest;

import io.helidon.webserver.http.ServerRequest;
import io.streamwire.contract.Ids;
import io.streamwire.ingest.recording.RecordingException;
import io.streamwire.ingest.recording.RecordingReader;
import io.streamwire.service.Deadline;
import io.streamwire.service.Problem;
import io.streamwire.service.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;

/**
 * Recordings that somebody brings. A file is written to the disk as it comes and kept only when it
 * was read from its beginning to its end without a fault.
 */
final class RecordingUploads {

    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final int AT_ONCE = 2;

    private final RecordingSettings settings;
    private final Recordings recordings;
    private final RecordingStore store;
    private final RecordingFiles files;
    private final String instance;
    private final Semaphore places = new Semaphore(AT_ONCE);

    RecordingUploads(
            RecordingSettings settings,
            Recordings recordings,
            RecordingStore store,
            RecordingFiles files,
            String instance) {
        this.settings = settings;
        this.recordings = recordings;
        this.store = store;
        this.files = files;
        this.instance = instance;
    }

    /**
     * Takes the body of a request.
     *
     * @throws Problem 409 recording_limit, 413 body_too_large, 422 what is wrong with the file, 429
     *     too_many_uploads, 503 disk_full
     */
    Recordings.Begun take(UUID workspaceId, ServerRequest request, Optional<String> key) {
        var id = key.map(given -> Ids.keyed(workspaceId, "recordings", given));
        var earlier = id.flatMap(given -> store.find(workspaceId, given));
        if (earlier.isPresent()) {
            return new Recordings.Begun(earlier.get(), false);
        }
        recordings.requireRoom(workspaceId);
        if (!request.content().hasEntity()) {
            throw Problem.unprocessable(
                    "not_a_recording", "The body must be the file of a recording.", List.of());
        }
        if (!places.tryAcquire()) {
            throw Problem.tooManyRequests(
                    "too_many_uploads", "Others are uploading now.", Duration.ofSeconds(5));
        }
        try {
            return store(workspaceId, id.orElseGet(Ids::next), request);
        } catch (IOException e) {
            throw Problem.unavailable("disk_failed", "The file cannot be written now.");
        } finally {
            places.release();
        }
    }

    private Recordings.Begun store(UUID workspaceId, UUID id, ServerRequest request)
            throws IOException {
        var part = files.part(id);
        try {
            if (files.free() < settings.minFree() + settings.maxUpload()) {
                throw Problem.unavailable("disk_full", "There is no room on the disk.");
            }
            receive(request, part);
            return keep(workspaceId, id, part);
        } catch (RecordingException e) {
            throw problem(e);
        } finally {
            RecordingFiles.delete(part);
        }
    }

    private static void receive(ServerRequest request, Path part) throws IOException {
        try (var _ = Deadline.after(LONGEST);
                var in = request.content().inputStream();
                var out = Files.newOutputStream(part, StandardOpenOption.WRITE)) {
            in.transferTo(out);
        }
    }

    private Recordings.Begun keep(UUID workspaceId, UUID id, Path part) throws IOException {
        try (var reader = RecordingReader.open(part, files.limits())) {
            var summary = reader.requireWhole();
            var created =
                    files.place(
                            part,
                            id,
                            () ->
                                    store.upload(
                                            id, workspaceId, reader.header(), summary, instance));
            return created.map(recording -> new Recordings.Begun(recording, true))
                    .orElseGet(() -> new Recordings.Begun(recordings.find(workspaceId, id), false));
        }
    }

    /** Says what is wrong with a file, and where. */
    static Problem problem(RecordingException e) {
        var where = "At byte %d: %s".formatted(e.position(), e.getMessage());
        return Problem.unprocessable(e.code().toString(), where, List.of(new Violation("", where)));
    }
}
