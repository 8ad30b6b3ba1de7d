package io.streamwire.ingest;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.bus.Bus;
import io.streamwire.bus.Throttle;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.IdempotencyKey;
import io.streamwire.service.Page;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import io.streamwire.service.Versions;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Connecting to livestreams and how they are doing. */
final class LivestreamsApi implements Api {

    private final Livestreams livestreams;
    private final SignBudget budget;
    private final Throttle connects;

    LivestreamsApi(Livestreams livestreams, SignBudget budget, Bus bus, IngestSettings settings) {
        this.livestreams = livestreams;
        this.budget = budget;
        this.connects =
                bus.throttle("livestream-connects", settings.connects(), Duration.ofMinutes(1));
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/livestreams", "/api/livestreams", "")
                .post("/connect", Permission.LIVESTREAMS_RUN, this::connect)
                .post("/disconnect", Permission.LIVESTREAMS_STOP, this::disconnectNamed)
                .get("/status", Permission.LIVESTREAMS_READ, this::statuses);
        routes.at("/api/v1/livestreams", "/api/livestreams")
                .get("/", Permission.LIVESTREAMS_READ, this::list)
                .get("/{id}", Permission.LIVESTREAMS_READ, this::read)
                .get("/{id}/status", Permission.LIVESTREAMS_READ, this::status)
                .post("/{id}/disconnect", Permission.LIVESTREAMS_STOP, this::disconnect);
    }

    /**
     * Exactly one of username and room id.
     *
     * @param record whether it is recorded from the beginning; null = false
     */
    record ConnectRequest(
            @Nullable String username, @Nullable String roomId, @Nullable Boolean record) {}

    /**
     * How everything is doing.
     *
     * @param signaturesLeft of this minute's, for all livestreams of all instances together
     */
    record Statuses(List<LivestreamStatus> items, long signaturesLeft) {}

    record DisconnectRequest(UUID livestreamId) {}

    private void connect(ServerRequest request, ServerResponse response) {
        var workspaceId = Caller.of(request).workspaceId();
        var body = Body.read(request, ConnectRequest.class);
        var wanted = Wanted.of(body);
        var wait = connects.take(workspaceId.toString());
        if (wait.isPositive()) {
            throw Problem.tooManyRequests(
                    "connect_rate", "The workspace connects too often.", wait);
        }
        var connected =
                livestreams.connect(
                        workspaceId,
                        wanted,
                        Boolean.TRUE.equals(body.record()),
                        IdempotencyKey.of(request));
        var livestream = connected.livestream();
        Versions.etag(response, livestream.version());
        if (connected.created()) {
            Body.created(response, "/api/v1/livestreams/" + livestream.id(), livestream);
            return;
        }
        Body.send(response, livestream);
    }

    private void disconnect(ServerRequest request, ServerResponse response) {
        disconnect(request, response, Paths.uuid(request, "id"));
    }

    private void disconnectNamed(ServerRequest request, ServerResponse response) {
        disconnect(request, response, Body.read(request, DisconnectRequest.class).livestreamId());
    }

    private void disconnect(ServerRequest request, ServerResponse response, UUID id) {
        var livestream = livestreams.disconnect(Caller.of(request).workspaceId(), id);
        Versions.etag(response, livestream.version());
        Body.send(response, livestream);
    }

    private void list(ServerRequest request, ServerResponse response) {
        Body.send(response, livestreams.list(Caller.of(request).workspaceId(), Page.of(request)));
    }

    private void read(ServerRequest request, ServerResponse response) {
        var livestream = find(request);
        Versions.etag(response, livestream.version());
        Body.send(response, livestream);
    }

    private void status(ServerRequest request, ServerResponse response) {
        var status = livestreams.status(find(request));
        Body.send(response, status.withSignaturesLeft(budget.left()));
    }

    private void statuses(ServerRequest request, ServerResponse response) {
        var all =
                livestreams.active(Caller.of(request).workspaceId()).stream()
                        .map(livestreams::status)
                        .toList();
        Body.send(response, new Statuses(all, budget.left()));
    }

    private Livestream find(ServerRequest request) {
        return livestreams.find(Caller.of(request).workspaceId(), Paths.uuid(request, "id"));
    }
}
