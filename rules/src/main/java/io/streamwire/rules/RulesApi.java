package io.streamwire.rules;

import com.fasterxml.jackson.databind.JsonNode;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.Ids;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.IdempotencyKey;
import io.streamwire.service.Listing;
import io.streamwire.service.Page;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import io.streamwire.service.Versions;
import java.util.Optional;
import java.util.UUID;

/** Rules over HTTP: read by viewers, switched on and off by moderators, changed by admins. */
final class RulesApi implements Api {

    static final String PLACE = "/api/v1/rules";

    private final RuleStore store;
    private final RuleBook book;

    RulesApi(RuleStore store, RuleBook book) {
        this.store = store;
        this.book = book;
    }

    @Override
    public void routes(Routes routes) {
        routes.at(PLACE, "/rules")
                .post("/", Permission.RULES_CHANGE, this::create)
                .get("/", Permission.RULES_READ, this::list)
                .get("/{id}", Permission.RULES_READ, this::read)
                .put("/{id}", Permission.RULES_CHANGE, this::replace)
                .patch("/{id}", Permission.RULES_RUN, this::turn)
                .delete("/{id}", Permission.RULES_CHANGE, this::delete);
    }

    private void create(ServerRequest request, ServerResponse response) {
        var workspaceId = Caller.of(request).workspaceId();
        var id = newId(request);
        var definition = definition(Body.read(request, JsonNode.class));
        var rule = store.create(workspaceId, id, definition, Caller.of(request).userId());
        book.changed(workspaceId);
        sendCreated(response, rule);
    }

    /** The id of the rule that a request makes. */
    static UUID newId(ServerRequest request) {
        var workspaceId = Caller.of(request).workspaceId();
        return IdempotencyKey.of(request)
                .map(key -> Ids.keyed(workspaceId, "rules", key))
                .orElseGet(Ids::next);
    }

    private void list(ServerRequest request, ServerResponse response) {
        var page = Page.of(request);
        var rules =
                store.list(
                        Caller.of(request).workspaceId(),
                        RuleFilter.of(request),
                        Position.of(page, Position.FIRST),
                        page);
        var listing = Listing.cut(page, rules, rule -> new Position(rule.createdAt(), rule.id()));
        Body.send(
                response,
                new Listing<>(
                        listing.items().stream().map(RuleJson::write).toList(),
                        listing.nextCursor()));
    }

    private void read(ServerRequest request, ServerResponse response) {
        send(response, existing(Caller.of(request).workspaceId(), Paths.uuid(request, "id")));
    }

    private void replace(ServerRequest request, ServerResponse response) {
        var version = Versions.required(request);
        // Whoever changes what was answered to them sends its id and times back.
        var definition = definition(RuleJson.withoutAnswered(Body.read(request, JsonNode.class)));
        send(response, changed(request, version, definition, Change.CHANGED));
    }

    private void turn(ServerRequest request, ServerResponse response) {
        var version = Versions.required(request);
        var enabled = Body.read(request, Turn.class).enabled();
        var rule = existing(Caller.of(request).workspaceId(), Paths.uuid(request, "id"));
        var definition = rule.definition().withEnabled(enabled);
        var change = enabled ? Change.ENABLED : Change.DISABLED;
        send(response, changed(request, version, definition, change));
    }

    private void delete(ServerRequest request, ServerResponse response) {
        var workspaceId = Caller.of(request).workspaceId();
        var id = Paths.uuid(request, "id");
        var version = Versions.required(request);
        if (!store.delete(workspaceId, id, version, Caller.of(request).userId())) {
            throw missed(workspaceId, id);
        }
        book.changed(workspaceId);
        response.status(Status.NO_CONTENT_204).send();
    }

    /** What {@code PATCH} takes. */
    private record Turn(boolean enabled) {}

    private static RuleDefinition definition(JsonNode json) {
        try {
            return RuleJson.read(json);
        } catch (InvalidRule e) {
            throw e.problem();
        }
    }

    private Rule existing(UUID workspaceId, UUID id) {
        return store.find(workspaceId, id).orElseThrow(RulesApi::unknown);
    }

    private Rule changed(
            ServerRequest request, long version, RuleDefinition definition, Change change) {
        var caller = Caller.of(request);
        var workspaceId = caller.workspaceId();
        var id = Paths.uuid(request, "id");
        Optional<Rule> rule =
                store.replace(workspaceId, id, version, definition, change, caller.userId());
        book.changed(workspaceId);
        return rule.orElseThrow(() -> missed(workspaceId, id));
    }

    /** Why a version could not be changed. */
    private Problem missed(UUID workspaceId, UUID id) {
        return store.find(workspaceId, id).isPresent() ? Versions.mismatch() : unknown();
    }

    static Problem unknown() {
        return Problem.notFound("rule_not_found", "There is no such rule.");
    }

    /** 200 with a rule and its ETag. */
    static void send(ServerResponse response, Rule rule) {
        Versions.etag(response, rule.version());
        Body.send(response, RuleJson.write(rule));
    }

    /** 201 with a rule, its ETag and its place. */
    static void sendCreated(ServerResponse response, Rule rule) {
        Versions.etag(response, rule.version());
        Body.created(response, PLACE + "/" + rule.id(), RuleJson.write(rule));
    }
}
