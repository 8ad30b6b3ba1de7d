package io.streamwire.ingest;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.ingest.recording.RecordingException;
import io.streamwire.ingest.recording.RecordingReader;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.IdempotencyKey;
import io.streamwire.service.Listing;
import io.streamwire.service.Page;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Making, keeping, bringing and taking recordings. */
final class RecordingsApi implements Api {

    private static final String PLACE = "/api/v1/livestreams/recordings";

    private final Livestreams livestreams;
    private final Recordings recordings;
    private final RecordingStore store;
    private final RecordingFiles files;
    private final RecordingUploads uploads;
    private final SampleShow sample;
    private final long largestUpload;

    RecordingsApi(
            Livestreams livestreams,
            Recordings recordings,
            RecordingStore store,
            RecordingFiles files,
            RecordingUploads uploads,
            SampleShow sample,
            RecordingSettings settings) {
        this.livestreams = livestreams;
        this.recordings = recordings;
        this.store = store;
        this.files = files;
        this.uploads = uploads;
        this.sample = sample;
        this.largestUpload = settings.maxUpload();
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/livestreams", "/api/livestreams")
                .post("/{id}/recordings", Permission.LIVESTREAMS_RUN, this::begin)
                .get("/recordings", Permission.LIVESTREAMS_READ, this::list)
                .upload("/recordings", Permission.EVENTS_EXPORT, this::upload, largestUpload)
                .get("/recordings/{rid}", Permission.LIVESTREAMS_READ, this::read)
                .delete("/recordings/{rid}", Permission.EVENTS_EXPORT, this::delete)
                .post("/recordings/{rid}/stop", Permission.LIVESTREAMS_STOP, this::stop)
                .get("/recordings/{rid}/download", Permission.EVENTS_EXPORT, this::download);
    }

    private void begin(ServerRequest request, ServerResponse response) {
        var livestream =
                livestreams.find(Caller.of(request).workspaceId(), Paths.uuid(request, "id"));
        var begun = recordings.begin(livestream, IdempotencyKey.of(request));
        if (!begun.created()) {
            Body.send(response, begun.recording());
            return;
        }
        var recording = recordings.awaitBegin(begun.recording());
        Body.created(response, PLACE + "/" + recording.id(), recording);
    }

    private void list(ServerRequest request, ServerResponse response) {
        var workspaceId = Caller.of(request).workspaceId();
        var page = Page.of(request);
        @Nullable UUID livestreamId = livestream(request);
        boolean beyond = page.cursorId().filter(SampleShow.ID::equals).isPresent();
        var rows = new ArrayList<Recording>();
        if (!beyond) {
            rows.addAll(store.list(workspaceId, livestreamId, page));
        }
        if (!beyond && livestreamId == null && rows.size() <= page.limit()) {
            rows.add(sample.in(workspaceId)); // the oldest of all
        }
        Body.send(response, Listing.cut(page, rows, Recording::id));
    }

    private static @Nullable UUID livestream(ServerRequest request) {
        var asked = request.query().first("livestream_id").asOptional().orElse("");
        if (asked.isEmpty()) {
            return null;
        }
        return Paths.uuid(asked)
                .orElseThrow(() ->
                        Problem.badRequest("bad_livestream_id", "livestream_id must be an id."));
    }

    private void read(ServerRequest request, ServerResponse response) {
        Body.send(response, find(request, recordings, sample));
    }

    /** The recording that the path names: by its id, or the sample by its name. */
    static Recording find(ServerRequest request, Recordings recordings, SampleShow sample) {
        var workspaceId = Caller.of(request).workspaceId();
        var named = request.path().pathParameters().get("rid");
        if (named.equals(SampleShow.NAME) || named.equals(SampleShow.ID.toString())) {
            return sample.in(workspaceId);
        }
        return recordings.find(workspaceId, Paths.uuid(request, "rid"));
    }

    private void stop(ServerRequest request, ServerResponse response) {
        var recording = find(request, recordings, sample);
        Body.send(
                response,
                recording.ended()
                        ? recording
                        : recordings.stop(recording.workspaceId(), recording.id()));
    }

    private void delete(ServerRequest request, ServerResponse response) {
        var recording = find(request, recordings, sample);
        if (recording.builtIn()) {
            throw Problem.conflict("built_in", "What comes with the product stays.");
        }
        recordings.delete(recording.workspaceId(), recording.id());
        response.status(Status.NO_CONTENT_204).send();
    }

    private void upload(ServerRequest request, ServerResponse response) {
        var taken =
                uploads.take(Caller.of(request).workspaceId(), request, IdempotencyKey.of(request));
        if (taken.created()) {
            Body.created(response, PLACE + "/" + taken.recording().id(), taken.recording());
            return;
        }
        Body.send(response, taken.recording());
    }

    private void download(ServerRequest request, ServerResponse response) throws IOException {
        var recording = find(request, recordings, sample);
        if (recording.builtIn()) {
            send(response, recording, SampleShow.bytes(), recording.bytes());
            return;
        }
        requireFile(recording, files);
        var file = files.of(recording.id());
        send(response, recording, Files.newInputStream(file), Files.size(file));
    }

    /**
     * Requires that the file is here and whole.
     *
     * @throws Problem 409 recording_runs or recording_elsewhere, 422 what is wrong with the file
     */
    static void requireFile(Recording recording, RecordingFiles files) throws IOException {
        if (!recording.ended()) {
            throw Problem.conflict("recording_runs", "Stop the recording first.");
        }
        if (!files.has(recording.id())) {
            throw Problem.conflict(
                    "recording_elsewhere",
                    "The file lies on the disk of instance %s, or is lost."
                            .formatted(recording.instance()));
        }
        try {
            var _ = files.finish(recording.id());
        } catch (RecordingException e) {
            throw RecordingUploads.problem(e);
        }
    }

    /**
     * Opens one that has ended, at its beginning.
     *
     * @throws Problem as {@link #requireFile}
     */
    static RecordingReader open(Recording recording, RecordingFiles files, SampleShow sample)
            throws IOException {
        if (recording.builtIn()) {
            return sample.open();
        }
        requireFile(recording, files);
        try {
            return files.open(recording.id());
        } catch (RecordingException e) {
            throw RecordingUploads.problem(e);
        }
    }

    private static void send(
            ServerResponse response, Recording recording, InputStream bytes, long length)
            throws IOException {
        try (bytes) {
            response.header(HeaderNames.CONTENT_TYPE, "application/octet-stream")
                    .header(
                            HeaderNames.CONTENT_DISPOSITION,
                            "attachment; filename=\"%s%s\""
                                    .formatted(recording.id(), RecordingFiles.ENDING));
            response.headers().contentLength(length);
            try (var out = response.outputStream()) {
                bytes.transferTo(out);
            } catch (IOException e) {
                throw new CloseConnectionException("the reader of a recording has gone", e);
            }
        }
    }
}
