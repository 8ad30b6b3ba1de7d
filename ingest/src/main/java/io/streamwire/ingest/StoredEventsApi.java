package io.streamwire.ingest;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.Listing;
import io.streamwire.service.Page;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Events that are stored: one by its id, and the list of all by the time of their happening. */
final class StoredEventsApi implements Api {

    private static final String OLDEST = "oldest";
    private static final String NEWEST = "newest";

    private final EventLog log;

    StoredEventsApi(EventLog log) {
        this.log = log;
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/livestreams", "/api/livestreams")
                .get("/events/stored", Permission.LIVESTREAMS_RUN, this::list)
                .get("/events/{event_id}", Permission.EVENTS_READ, this::read);
    }

    private void read(ServerRequest request, ServerResponse response) {
        var id = Paths.uuid(request, "event_id");
        Body.send(
                response,
                log.find(Caller.of(request).workspaceId(), id)
                        .orElseThrow(StoredEventsApi::notStored));
    }

    /** It may still be on its way from the stream. */
    private static Problem notStored() {
        return Problem.notFound(
                        "event_not_stored",
                        "There is no such event, or it has just happened: try again in a second.")
                .header(HeaderNames.RETRY_AFTER.defaultCase(), "1");
    }

    private void list(ServerRequest request, ServerResponse response) {
        var page = Page.of(request);
        boolean newestFirst = newestFirst(request);
        var range =
                new EventLog.Range(
                        livestream(request),
                        time(request, "from", EventPosition.FIRST.ts()),
                        time(request, "to", EventPosition.LAST.ts()),
                        newestFirst,
                        EventPosition.of(
                                page, newestFirst ? EventPosition.LAST : EventPosition.FIRST));
        var rows = log.list(Caller.of(request).workspaceId(), range, page.rows());
        Body.send(response, Listing.cut(page, rows, EventPosition::of));
    }

    private static boolean newestFirst(ServerRequest request) {
        var order = query(request, "order").orElse(OLDEST);
        if (!order.equals(OLDEST) && !order.equals(NEWEST)) {
            throw Problem.badRequest("bad_order", "order must be oldest or newest.");
        }
        return order.equals(NEWEST);
    }

    private static @Nullable UUID livestream(ServerRequest request) {
        return query(request, "livestream_id")
                .map(text ->
                        Paths.uuid(text)
                                .orElseThrow(() ->
                                        Problem.badRequest(
                                                "bad_livestream_id",
                                                "livestream_id must be an id.")))
                .orElse(null);
    }

    private static Instant time(ServerRequest request, String name, Instant without) {
        var text = query(request, name);
        if (text.isEmpty()) {
            return without;
        }
        try {
            var time = Instant.parse(text.get());
            if (!time.isBefore(EventPosition.FIRST.ts())
                    && !time.isAfter(EventPosition.LAST.ts())) {
                return time;
            }
        } catch (DateTimeException e) {
            // falls through
        }
        throw Problem.badRequest(
                "bad_time", name + " must be a time like 2026-01-31T20:00:00Z, 1970 to 9999.");
    }

    private static Optional<String> query(ServerRequest request, String name) {
        return request.query().first(name).asOptional().filter(text -> !text.isEmpty());
    }
}
