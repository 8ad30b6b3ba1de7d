package io.streamwire.rules;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webclient.api.HttpClientResponse;
import io.helidon.webclient.api.WebClient;
import io.helidon.webserver.http.ServerRequest;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.service.Caller;
import io.streamwire.service.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The events that ingest keeps. They are asked for with the caller's own token and workspace, so
 * that nobody sees through rules what ingest would not show.
 */
final class StoredEvents {

    private static final HeaderName WORKSPACE = HeaderNames.create("X-Workspace-Id");
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration READ = Duration.ofSeconds(10);
    private static final String PLACE = "/api/v1/livestreams/";
    private static final int PAGE = 200;
    private static final int LARGEST_ANSWER = 16 << 20; // a page, bytes
    private static final ObjectReader EVENT = Json.mapper().readerFor(LiveEvent.class);

    private final URI ingest;
    private final WebClient client;

    /**
     * @param ingest scheme, host and port
     */
    StoredEvents(URI ingest) {
        this.ingest = ingest;
        this.client =
                WebClient.builder()
                        .connectTimeout(CONNECT)
                        .readTimeout(READ)
                        .followRedirects(false)
                        .keepAlive(false)
                        .build();
    }

    /**
     * One event.
     *
     * @throws Problem 404 {@code event_not_stored}, 503 {@code ingest_unavailable}
     */
    LiveEvent find(ServerRequest request, UUID id) {
        var json = get(request, PLACE + "events/" + id, StoredEvents::json);
        return event(json);
    }

    /**
     * Some part of what is stored.
     *
     * @param livestreamId only of this livestream; null for all
     * @param from nothing older; null from the beginning
     * @param to nothing as new or newer; null to the end
     */
    record Range(@Nullable UUID livestreamId, @Nullable Instant from, @Nullable Instant to) {}

    /**
     * The newest events of a range, at most so many, in the order of time.
     *
     * @param meanwhile may throw between two pages
     */
    List<LiveEvent> last(ServerRequest request, Range range, int most, Runnable meanwhile) {
        return read(request, range, "newest", most, meanwhile).reversed();
    }

    /** The oldest events of a range, at most so many; see {@link #last}. */
    List<LiveEvent> first(ServerRequest request, Range range, int most, Runnable meanwhile) {
        return read(request, range, "oldest", most, meanwhile);
    }

    private List<LiveEvent> read(
            ServerRequest request, Range range, String order, int most, Runnable meanwhile) {
        var query = new StringBuilder("?order=").append(order);
        add(query, "livestream_id", range.livestreamId());
        add(query, "from", range.from());
        add(query, "to", range.to());
        var events = new ArrayList<LiveEvent>();
        var cursor = "";
        while (events.size() < most) {
            meanwhile.run();
            var path =
                    "%sevents/stored%s&limit=%d%s"
                            .formatted(PLACE, query, Math.min(PAGE, most - events.size()), cursor);
            var page = get(request, path, StoredEvents::json);
            page.path("items").forEach(item -> events.add(event(item)));
            if (!page.hasNonNull("next_cursor")) {
                break;
            }
            cursor = "&cursor=" + encoded(page.get("next_cursor").asText());
        }
        return events;
    }

    private static void add(StringBuilder query, String name, @Nullable Object value) {
        if (value != null) {
            query.append('&').append(name).append('=').append(encoded(value.toString()));
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /**
     * The events of a recording, in their order.
     *
     * @param recording an id, or sample-show
     * @throws Problem 422 {@code too_many_events} when it has more
     */
    List<LiveEvent> recorded(ServerRequest request, String recording, int most) {
        return get(
                request,
                PLACE + "recordings/" + encoded(recording) + "/events",
                in -> lines(in, most));
    }

    private static List<LiveEvent> lines(InputStream in, int most) throws IOException {
        var events = new ArrayList<LiveEvent>();
        try (var lines = EVENT.<LiveEvent>readValues(in)) {
            while (lines.hasNextValue()) {
                if (events.size() == most) {
                    throw Problem.unprocessable(
                            "too_many_events",
                            "The recording has more than %d events.".formatted(most),
                            List.of());
                }
                events.add(lines.nextValue());
            }
        }
        return events;
    }

    /** Reads an answer that is well. */
    private interface Reading<T> {
        T read(InputStream in) throws IOException;
    }

    private <T> T get(ServerRequest request, String path, Reading<T> reading) {
        var token = request.headers().first(HeaderNames.AUTHORIZATION).orElse("");
        var workspace = Caller.of(request).workspaceId().toString();
        try (var response =
                client.get()
                        .uri(ingest.resolve(path))
                        .header(HeaderNames.AUTHORIZATION, token)
                        .header(WORKSPACE, workspace)
                        .request()) {
            if (!response.status().equals(Status.OK_200)) {
                throw refused(response);
            }
            return reading.read(response.inputStream());
        } catch (Problem e) {
            throw e;
        } catch (JsonProcessingException e) {
            throw Problem.of(
                    Status.BAD_GATEWAY_502,
                    "ingest_unexpected",
                    "Ingest answers what is no event.");
        } catch (IOException | RuntimeException e) {
            throw Problem.unavailable("ingest_unavailable", "Ingest does not answer.");
        }
    }

    /** What ingest says about the question is for whoever asked it. */
    private static Problem refused(HttpClientResponse response) throws IOException {
        var status = response.status();
        if (status.code() >= 500) {
            return Problem.unavailable("ingest_unavailable", "Ingest has a problem.");
        }
        var problem = json(response.inputStream());
        var answer =
                Problem.of(
                        status,
                        problem.path("code").asText("ingest_refused"),
                        problem.path("detail").asText("Ingest refuses."));
        return response.headers()
                .first(HeaderNames.RETRY_AFTER)
                .map(after -> answer.header(HeaderNames.RETRY_AFTER.defaultCase(), after))
                .orElse(answer);
    }

    private static JsonNode json(InputStream in) throws IOException {
        var bytes = in.readNBytes(LARGEST_ANSWER + 1);
        if (bytes.length > LARGEST_ANSWER) {
            throw new IOException("more than " + LARGEST_ANSWER + " bytes");
        }
        return Json.mapper().readTree(bytes);
    }

    private static LiveEvent event(JsonNode json) {
        try {
            return Json.mapper().treeToValue(json, LiveEvent.class);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
