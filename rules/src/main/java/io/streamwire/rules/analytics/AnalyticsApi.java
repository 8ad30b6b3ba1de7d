package io.streamwire.rules.analytics;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.rules.analytics.ViewerList.Place;
import io.streamwire.rules.analytics.ViewerList.Sort;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.Listing;
import io.streamwire.service.Page;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The numbers over HTTP. */
final class AnalyticsApi implements Api {

    private static final Logger LOG = System.getLogger(AnalyticsApi.class.getName());

    private final Rollups rollups;
    private final InstantSource clock;

    AnalyticsApi(Rollups rollups, InstantSource clock) {
        this.rollups = rollups;
        this.clock = clock;
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/rules", "/rules", "")
                .get("/analytics", Permission.RULES_READ, this::report)
                .get("/analytics/viewers", Permission.RULES_READ, this::viewers)
                .delete("/analytics/viewers/{viewer}", Permission.RULES_CHANGE, this::forget);
    }

    private void report(ServerRequest request, ServerResponse response) {
        var bucket = choice(request, "bucket", Bucket.HOUR, Bucket.values(), "bad_bucket");
        var question = question(request, bucket);
        if (question.livestreamId() != null && question.ruleId() != null) {
            throw Problem.badRequest(
                    "bad_filter", "What rules did cannot be told by livestream: ask for one only.");
        }
        Body.send(response, rollups.report(question));
    }

    private void viewers(ServerRequest request, ServerResponse response) {
        var page = Page.of(request);
        var sort = choice(request, "sort", Sort.DIAMONDS, Sort.values(), "bad_filter");
        var question = question(request, Bucket.HOUR);
        if (question.ruleId() != null) {
            throw Problem.badRequest("bad_filter", "Viewers cannot be told by rule.");
        }
        if (question.livestreamId() != null && sort == Sort.ACTIONS) {
            throw Problem.badRequest("bad_filter", "Actions cannot be told by livestream.");
        }
        var viewers = rollups.viewers(question, sort, Place.of(page), page.rows());
        Body.send(
                response,
                Listing.cut(
                        page, viewers, viewer -> new Place(sort.score(viewer), viewer.viewerId())));
    }

    /** Deletes what is kept of a viewer in the workspace; there may be nothing. */
    private void forget(ServerRequest request, ServerResponse response) {
        var viewer = request.path().pathParameters().get("viewer");
        if (!viewer.matches("\\d{1,19}")) {
            throw Problem.badRequest("bad_viewer", "A viewer's id is up to 19 digits.");
        }
        var workspaceId = Caller.of(request).workspaceId();
        LOG.log(
                Level.INFO,
                "workspace={0} viewer=forgotten rows={1,number,#}",
                workspaceId,
                rollups.forget(workspaceId, viewer));
        response.status(Status.NO_CONTENT_204).send();
    }

    private Question question(ServerRequest request, Bucket bucket) {
        return new Question(
                Caller.of(request).workspaceId(),
                Range.of(query(request, "from"), query(request, "to"), bucket, clock.instant()),
                flag(request, "simulated"),
                id(request, "livestream_id"),
                id(request, "rule_id"));
    }

    private static String query(ServerRequest request, String name) {
        return request.query().first(name).orElse("");
    }

    private static boolean flag(ServerRequest request, String name) {
        return switch (query(request, name)) {
            case "", "false" -> false;
            case "true" -> true;
            default -> throw Problem.badRequest("bad_filter", name + " must be true or false.");
        };
    }

    private static @Nullable UUID id(ServerRequest request, String name) {
        var text = query(request, name);
        if (text.isEmpty()) {
            return null;
        }
        return Paths.uuid(text)
                .orElseThrow(() -> Problem.badRequest("bad_filter", name + " must be a UUID."));
    }

    /** One of some words; the first when there is none. */
    private static <T> T choice(
            ServerRequest request, String name, T without, T[] choices, String code) {
        var text = query(request, name);
        if (text.isEmpty()) {
            return without;
        }
        return Arrays.stream(choices)
                .filter(choice -> choice.toString().equals(text))
                .findFirst()
                .orElseThrow(() ->
                        Problem.badRequest(
                                code,
                                name
                                        + " must be one of "
                                        + Stream.of(choices)
                                                .map(Object::toString)
                                                .collect(Collectors.joining(", "))
                                        + "."));
    }
}
