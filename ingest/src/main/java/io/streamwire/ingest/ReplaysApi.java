package io.streamwire.ingest;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.IdempotencyKey;
import io.streamwire.service.Listing;
import io.streamwire.service.Page;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Routes;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Playing recordings again, and how far that is. */
final class ReplaysApi implements Api {

    private final Recordings recordings;
    private final RecordingFiles files;
    private final SampleShow sample;
    private final Replays replays;

    ReplaysApi(Recordings recordings, RecordingFiles files, SampleShow sample, Replays replays) {
        this.recordings = recordings;
        this.files = files;
        this.sample = sample;
        this.replays = replays;
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/livestreams", "/api/livestreams")
                .post("/recordings/{rid}/replay", Permission.LIVESTREAMS_RUN, this::begin)
                .get("/replays", Permission.LIVESTREAMS_READ, this::list)
                .get("/{id}/replay", Permission.LIVESTREAMS_READ, this::read);
    }

    /**
     * How to play it.
     *
     * @param speed 1 to 100, or "max"; null = 1
     */
    record ReplayRequest(@Nullable Object speed) {
        ReplayRequest {
            var _ = Replay.Speed.of(speed);
        }
    }

    private static final ReplayRequest ONCE = new ReplayRequest(null);

    private void begin(ServerRequest request, ServerResponse response) throws IOException {
        var recording = RecordingsApi.find(request, recordings, sample);
        var asked = request.content().hasEntity() ? Body.read(request, ReplayRequest.class) : ONCE;
        var speed = Replay.Speed.of(asked.speed());
        var key = IdempotencyKey.of(request);
        var earlier = key.flatMap(given -> replays.earlier(recording.workspaceId(), given));
        if (earlier.isPresent()) {
            Body.send(response, earlier.get());
            return;
        }
        replays.requireRoom(recording.workspaceId());
        var reader = RecordingsApi.open(recording, files, sample);
        Replay begun;
        try {
            begun = replays.begin(recording, reader, speed, key);
        } catch (RuntimeException e) {
            reader.close();
            throw e;
        }
        Body.created(response, "/api/v1/livestreams/" + begun.livestreamId() + "/replay", begun);
    }

    private void list(ServerRequest request, ServerResponse response) {
        var page = Page.of(request);
        var rows = replays.list(Caller.of(request).workspaceId(), page);
        Body.send(response, Listing.cut(page, rows, Replay::livestreamId));
    }

    private void read(ServerRequest request, ServerResponse response) {
        Body.send(
                response,
                replays.find(Caller.of(request).workspaceId(), Paths.uuid(request, "id")));
    }
}
