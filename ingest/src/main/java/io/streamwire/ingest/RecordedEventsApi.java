package io.streamwire.ingest;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.Json;
import io.streamwire.ingest.recording.RecordingException;
import io.streamwire.service.Api;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * The events that a recording holds, decoded and not published: with the ids and times that they
 * had live, so that the answer for a recording is always the same.
 */
final class RecordedEventsApi implements Api {

    /** Decoding is work. */
    private static final int AT_ONCE = 4;

    private static final Duration COME_BACK = Duration.ofSeconds(5);

    private final Recordings recordings;
    private final RecordingFiles files;
    private final SampleShow sample;
    private final int maxUnpacked;
    private final Semaphore places = new Semaphore(AT_ONCE);

    /**
     * @param maxUnpacked largest payload of a frame after gunzip, bytes
     */
    RecordedEventsApi(
            Recordings recordings, RecordingFiles files, SampleShow sample, int maxUnpacked) {
        this.recordings = recordings;
        this.files = files;
        this.sample = sample;
        this.maxUnpacked = maxUnpacked;
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/livestreams", "/api/livestreams")
                .get("/recordings/{rid}/events", Permission.LIVESTREAMS_RUN, this::events);
    }

    private void events(ServerRequest request, ServerResponse response) throws IOException {
        var recording = RecordingsApi.find(request, recordings, sample);
        if (!places.tryAcquire()) {
            throw Problem.tooManyRequests(
                    "too_many_readers", "Others are reading recordings now.", COME_BACK);
        }
        try {
            send(recording, response);
        } finally {
            places.release();
        }
    }

    private void send(Recording recording, ServerResponse response) throws IOException {
        var livestream = Optional.ofNullable(recording.livestreamId()).orElse(recording.id());
        try (var reader = RecordingsApi.open(recording, files, sample)) {
            response.header(HeaderNames.CONTENT_TYPE, "application/x-ndjson");
            try (var out = new BufferedOutputStream(response.outputStream(), 1 << 16)) {
                Rehearsal.play(
                        reader,
                        recording.workspaceId(),
                        livestream,
                        maxUnpacked,
                        event -> write(out, Json.write(event) + '\n'));
            } catch (IOException | UncheckedIOException | RecordingException e) {
                throw new CloseConnectionException("the reader of a recording has gone", e);
            }
        }
    }

    private static void write(BufferedOutputStream out, String line) {
        try {
            out.write(line.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
