package io.streamwire.ingest;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Entry;
import io.streamwire.bus.Feed;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.Stream;
import io.streamwire.service.AccessToken;
import io.streamwire.service.Api;
import io.streamwire.service.Caller;
import io.streamwire.service.EventStream;
import io.streamwire.service.EventStreams;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import io.streamwire.service.TokenVerifier;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Live events as they happen, and all that were stored. */
final class EventsApi implements Api {

    private static final HeaderName LAST_EVENT_ID = HeaderNames.create("Last-Event-ID");
    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final Set<String> OWN = Set.of("button", "webhook");

    private final Livestreams livestreams;
    private final EventLog log;
    private final Bus bus;
    private final EventStreams streams;
    private final TokenVerifier verifier;

    EventsApi(
            Livestreams livestreams,
            EventLog log,
            Bus bus,
            EventStreams streams,
            TokenVerifier verifier) {
        this.livestreams = livestreams;
        this.log = log;
        this.bus = bus;
        this.streams = streams;
        this.verifier = verifier;
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/livestreams", "/api/livestreams", "")
                .get("/events", Permission.EVENTS_READ, this::ofWorkspace);
        routes.at("/api/v1/livestreams", "/api/livestreams")
                .get("/{id}/events", Permission.EVENTS_READ, this::ofLivestream)
                .get("/{id}/events/export", Permission.EVENTS_EXPORT, this::export)
                .delete("/viewers/{viewer}", Permission.EVENTS_EXPORT, this::forget);
    }

    private void ofLivestream(ServerRequest request, ServerResponse response) {
        var workspaceId = Caller.of(request).workspaceId();
        var id = livestreams.find(workspaceId, Paths.uuid(request, "id")).id().toString();
        stream(request, response, workspaceId, entry -> entry.field("livestream_id").equals(id));
    }

    private void ofWorkspace(ServerRequest request, ServerResponse response) {
        stream(request, response, Caller.of(request).workspaceId(), _ -> true);
    }

    private void stream(
            ServerRequest request,
            ServerResponse response,
            UUID workspaceId,
            Predicate<Entry> chosen) {
        var types = types(request);
        var workspace = workspaceId.toString();
        var token = AccessToken.of(request);
        try (var reader = reader(request, workspaceId)) {
            streams.stream(
                    response,
                    workspaceId,
                    events ->
                            send(
                                    events,
                                    reader,
                                    () -> verifier.accepts(token),
                                    entry ->
                                            entry.field("workspace_id").equals(workspace)
                                                    && types.contains(entry.type())
                                                    && chosen.test(entry)));
        }
    }

    /** Ends with the token: the client comes back with a new one and its Last-Event-ID. */
    private void send(
            EventStream events,
            Feed.Reader reader,
            BooleanSupplier allowed,
            Predicate<Entry> chosen)
            throws IOException, InterruptedException {
        while (allowed.getAsBoolean()) {
            Feed.Batch batch;
            try {
                batch = reader.next(WAIT);
            } catch (BusException e) {
                throw new CloseConnectionException("the reader resumes when Redis is back", e);
            }
            var news = events.batch();
            if (batch.gap()) {
                news.add(null, "gap", "{\"reason\":\"trimmed\"}");
            }
            for (var entry : batch.entries()) {
                if (chosen.test(entry)) {
                    news.add(entry.id(), entry.type(), entry.body());
                }
            }
            news.send();
            streams.rest();
        }
    }

    private Feed.Reader reader(ServerRequest request, UUID workspaceId) {
        var feed = bus.feed(Stream.EVENTS, bus.partition(workspaceId));
        @Nullable String last = request.headers().first(LAST_EVENT_ID).orElse(null);
        try {
            return feed.from(last);
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(
                    "bad_event_id", "Last-Event-ID must be the id of an event of this stream.");
        } catch (BusException e) {
            throw Problem.unavailable("bus_unavailable", "Events cannot be read now.");
        }
    }

    /** {@code ?types=comment,tiktok.gift}; all without it. */
    private static Set<String> types(ServerRequest request) {
        var asked = request.query().first("types").asOptional().orElse("");
        if (asked.isEmpty()) {
            return LiveEvent.SHOWN_TYPES;
        }
        var types =
                Arrays.stream(asked.split(",", -1))
                        .map(String::strip)
                        .map(EventsApi::whole)
                        .collect(Collectors.toSet());
        if (!LiveEvent.SHOWN_TYPES.containsAll(types)) {
            throw Problem.badRequest(
                    "bad_types",
                    "types must be some of comment, gift, like, join, follow, share, subscribe,"
                            + " viewers, question, emote, envelope, control, gap, button,"
                            + " webhook.");
        }
        return types;
    }

    private static String whole(String type) {
        if (type.indexOf('.') >= 0) {
            return type;
        }
        return (OWN.contains(type) ? "streamwire." : "tiktok.") + type;
    }

    private void export(ServerRequest request, ServerResponse response) throws IOException {
        var workspaceId = Caller.of(request).workspaceId();
        var livestream = livestreams.find(workspaceId, Paths.uuid(request, "id"));
        var format = request.query().first("format").asOptional().orElse("ndjson");
        boolean csv = format.equals("csv");
        if (!csv && !format.equals("ndjson")) {
            throw Problem.badRequest("bad_format", "format must be ndjson or csv.");
        }
        response.header(
                        HeaderNames.CONTENT_TYPE,
                        csv ? "text/csv; charset=utf-8" : "application/x-ndjson")
                .header(
                        HeaderNames.CONTENT_DISPOSITION,
                        "attachment; filename=\"%s-%s.%s\""
                                .formatted(livestream.username(), livestream.id(), format));
        try (var out = new BufferedOutputStream(response.outputStream(), 1 << 16)) {
            if (csv) {
                out.write(EventCsv.HEADER.getBytes(StandardCharsets.UTF_8));
            }
            log.export(
                    workspaceId,
                    livestream.id(),
                    event ->
                            out.write(
                                    csv
                                            ? EventCsv.row(event).getBytes(StandardCharsets.UTF_8)
                                            : line(event)));
        } catch (IOException e) {
            throw new CloseConnectionException("the reader of an export has gone", e);
        }
    }

    private static byte[] line(LiveEvent event) {
        return (Json.write(event) + '\n').getBytes(StandardCharsets.UTF_8);
    }

    /** Deletes what is stored of a viewer in the workspace; there may be nothing. */
    private void forget(ServerRequest request, ServerResponse response) {
        var viewer = request.path().pathParameters().get("viewer");
        if (!viewer.matches("\\d{1,19}")) {
            throw Problem.badRequest("bad_viewer", "A viewer's id is up to 19 digits.");
        }
        var workspace = Caller.of(request).workspaceId();
        log.forget(workspace, viewer);
        livestreams.forget(workspace, viewer);
        response.status(Status.NO_CONTENT_204).send();
    }
}
