package io.streamwire.rules;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Feed;
import io.streamwire.contract.Stream;
import io.streamwire.service.AccessToken;
import io.streamwire.service.Api;
import io.streamwire.service.Caller;
import io.streamwire.service.EventStream;
import io.streamwire.service.EventStreams;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import io.streamwire.service.TokenVerifier;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What rules show over the picture, as it happens. */
final class OverlayApi implements Api {

    private static final HeaderName LAST_EVENT_ID = HeaderNames.create("Last-Event-ID");
    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final Map<String, String> EVENTS =
            Map.of(OverlayMessage.TYPE, "overlay", CrowdNews.TYPE, CrowdNews.TYPE);

    private final Bus bus;
    private final EventStreams streams;
    private final TokenVerifier verifier;

    OverlayApi(Bus bus, EventStreams streams, TokenVerifier verifier) {
        this.bus = bus;
        this.streams = streams;
        this.verifier = verifier;
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/rules", "/rules").get("/overlay", Permission.RULES_READ, this::watch);
    }

    private void watch(ServerRequest request, ServerResponse response) {
        var workspaceId = Caller.of(request).workspaceId();
        var token = AccessToken.of(request);
        try (var reader = reader(request, workspaceId)) {
            streams.stream(
                    response,
                    workspaceId,
                    events -> send(events, reader, workspaceId, () -> verifier.accepts(token)));
        }
    }

    /** Ends with the token: the client comes back with a new one and its Last-Event-ID. */
    private void send(
            EventStream events, Feed.Reader reader, UUID workspaceId, BooleanSupplier allowed)
            throws IOException, InterruptedException {
        var workspace = workspaceId.toString();
        while (allowed.getAsBoolean()) {
            var news = events.batch();
            var batch = next(reader);
            if (batch.gap()) {
                news.add(null, "gap", "{\"reason\":\"trimmed\"}");
            }
            for (var entry : batch.entries()) {
                @Nullable String event = EVENTS.get(entry.type());
                if (event != null && entry.field("workspace_id").equals(workspace)) {
                    news.add(entry.id(), event, entry.body());
                }
            }
            news.send();
            streams.rest();
        }
    }

    private static Feed.Batch next(Feed.Reader reader) throws InterruptedException {
        try {
            return reader.next(WAIT);
        } catch (BusException e) {
            throw new CloseConnectionException("the reader resumes when Redis is back", e);
        }
    }

    private Feed.Reader reader(ServerRequest request, UUID workspaceId) {
        var feed = bus.feed(Stream.ACTIONS, bus.partition(workspaceId));
        @Nullable String last = request.headers().first(LAST_EVENT_ID).orElse(null);
        try {
            return feed.from(last);
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(
                    "bad_event_id", "Last-Event-ID must be the id of an event of this stream.");
        } catch (BusException e) {
            throw Problem.unavailable("bus_unavailable", "The overlay cannot be read now.");
        }
    }
}
