package io.streamwire.rules;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.LiveEvent;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.Page;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Why a rule fired for an event or did not, over HTTP. */
final class WhyApi implements Api {

    private static final Page ONE = new Page(1, null);

    private final RuleStore store;
    private final DecisionLog log;
    private final StoredEvents events;

    WhyApi(RuleStore store, DecisionLog log, StoredEvents events) {
        this.store = store;
        this.log = log;
        this.events = events;
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/rules", "/rules").get("/{id}/why", Permission.RULES_READ, this::why);
    }

    private void why(ServerRequest request, ServerResponse response) {
        var workspaceId = Caller.of(request).workspaceId();
        var rule =
                store.find(workspaceId, Paths.uuid(request, "id"))
                        .orElseThrow(
                                () -> Problem.notFound("rule_not_found", "There is no such rule."));
        var eventId = event(request);
        var decision =
                log.list(workspaceId, rule.id(), eventId, null, Position.LAST, ONE).stream()
                        .findFirst();
        Body.send(
                response,
                decision.map(found -> Why.decided(rule, found, stored(request, eventId)))
                        .orElseGet(() -> Why.undecided(rule, events.find(request, eventId))));
    }

    private static UUID event(ServerRequest request) {
        return Paths.uuid(request.query().first("event").orElse(""))
                .orElseThrow(
                        () -> Problem.badRequest("bad_event", "event must be the id of an event."));
    }

    /** The decision tells the most: it is answered without the event, too. */
    private @Nullable LiveEvent stored(ServerRequest request, UUID eventId) {
        try {
            return events.find(request, eventId);
        } catch (Problem e) {
            return null;
        }
    }
}
