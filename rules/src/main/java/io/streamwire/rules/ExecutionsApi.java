package io.streamwire.rules;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.Listing;
import io.streamwire.service.Page;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What rules did, over HTTP: {@code ?rule_id=&event_id=&outcome=}, the newest first. */
final class ExecutionsApi implements Api {

    private static final int LONGEST_OUTCOME = 50;

    private final DecisionLog log;

    ExecutionsApi(DecisionLog log) {
        this.log = log;
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/rules", "/rules").get("/executions", Permission.RULES_READ, this::list);
    }

    private void list(ServerRequest request, ServerResponse response) {
        var page = Page.of(request);
        var executions =
                log.list(
                        Caller.of(request).workspaceId(),
                        id(request, "rule_id"),
                        id(request, "event_id"),
                        outcome(request),
                        Position.of(page, Position.LAST),
                        page);
        Body.send(
                response,
                Listing.cut(
                        page,
                        executions,
                        execution -> new Position(execution.at(), execution.id())));
    }

    static @Nullable UUID id(ServerRequest request, String name) {
        var text = request.query().first(name).orElse("");
        if (text.isEmpty()) {
            return null;
        }
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest("bad_filter", name + " must be a UUID.");
        }
    }

    private static @Nullable String outcome(ServerRequest request) {
        var text = request.query().first("outcome").orElse("");
        if (text.length() > LONGEST_OUTCOME) {
            throw Problem.badRequest("bad_filter", "outcome is too long.");
        }
        return text.isEmpty() ? null : text;
    }
}
