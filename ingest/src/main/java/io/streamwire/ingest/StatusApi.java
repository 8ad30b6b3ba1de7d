package io.streamwire.ingest;

import io.helidon.dbclient.DbClientException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.Json;
import io.streamwire.service.AccessToken;
import io.streamwire.service.Api;
import io.streamwire.service.Caller;
import io.streamwire.service.EventStream;
import io.streamwire.service.EventStreams;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Routes;
import io.streamwire.service.TokenVerifier;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** How livestreams are doing, as it changes: a change at once, numbers every two seconds. */
final class StatusApi implements Api {

    private static final Duration NUMBERS = Duration.ofSeconds(2);

    /** How often to look for livestreams whose news was missed, counted in {@link #NUMBERS}. */
    private static final int LOOK = 8;

    private final Livestreams livestreams;
    private final StatusNews news;
    private final SignBudget budget;
    private final EventStreams streams;
    private final TokenVerifier verifier;

    StatusApi(
            Livestreams livestreams,
            StatusNews news,
            SignBudget budget,
            EventStreams streams,
            TokenVerifier verifier) {
        this.livestreams = livestreams;
        this.news = news;
        this.budget = budget;
        this.streams = streams;
        this.verifier = verifier;
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/livestreams", "/api/livestreams", "")
                .get("/status/stream", Permission.LIVESTREAMS_READ, this::ofWorkspace);
        routes.at("/api/v1/livestreams", "/api/livestreams")
                .get("/{id}/status/stream", Permission.LIVESTREAMS_READ, this::ofLivestream);
    }

    private void ofLivestream(ServerRequest request, ServerResponse response) {
        var workspaceId = Caller.of(request).workspaceId();
        var id = Paths.uuid(request, "id");
        livestreams.find(workspaceId, id);
        stream(request, response, workspaceId, () -> List.of(livestreams.find(workspaceId, id)));
    }

    private void ofWorkspace(ServerRequest request, ServerResponse response) {
        var workspaceId = Caller.of(request).workspaceId();
        stream(request, response, workspaceId, () -> livestreams.active(workspaceId));
    }

    private void stream(
            ServerRequest request,
            ServerResponse response,
            UUID workspaceId,
            Supplier<List<Livestream>> chosen) {
        var token = AccessToken.of(request);
        BooleanSupplier allowed = () -> verifier.accepts(token);
        try (var watch = news.watch(workspaceId)) {
            streams.stream(
                    response,
                    workspaceId,
                    events -> new Reader(events, workspaceId, chosen).run(watch, allowed));
        }
    }

    /** Tells one reader what is new to it. */
    private final class Reader {

        private final EventStream events;
        private final UUID workspaceId;
        private final Supplier<List<Livestream>> chosen;
        private final Map<UUID, Livestream> watched = new LinkedHashMap<>();
        private final Map<UUID, LivestreamStatus> told = new HashMap<>();

        Reader(EventStream events, UUID workspaceId, Supplier<List<Livestream>> chosen) {
            this.events = events;
            this.workspaceId = workspaceId;
            this.chosen = chosen;
        }

        /** Ends with the token: the client comes back with a new one. */
        void run(StatusNews.Watch watch, BooleanSupplier allowed)
                throws IOException, InterruptedException {
            look();
            for (int quiet = 0; allowed.getAsBoolean(); ) {
                tell();
                quiet = watch.await(NUMBERS) ? LOOK : quiet + 1;
                if (quiet >= LOOK) {
                    look();
                    quiet = 0;
                }
            }
        }

        /**
         * What is watched from now on; one that has just ended is told of once more. While
         * PostgreSQL is away what is known goes on.
         */
        private void look() throws IOException {
            var ended = new ArrayList<Livestream>();
            try {
                var now = new LinkedHashMap<UUID, Livestream>();
                chosen.get().forEach(livestream -> now.put(livestream.id(), livestream));
                for (var id : watched.keySet()) {
                    if (!now.containsKey(id)) {
                        ended.add(livestreams.find(workspaceId, id));
                    }
                }
                watched.clear();
                watched.putAll(now);
            } catch (DbClientException e) {
                return;
            }
            for (var livestream : ended) {
                tell(livestream);
                told.remove(livestream.id());
            }
        }

        private void tell() throws IOException {
            for (var livestream : watched.values()) {
                tell(livestream);
            }
        }

        private void tell(Livestream livestream) throws IOException {
            var status = livestreams.status(livestream).withSignaturesLeft(budget.left());
            if (!status.equals(told.put(livestream.id(), status))) {
                events.send(null, "status", Json.write(status));
            }
        }
    }
}
