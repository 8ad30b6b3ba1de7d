package io.streamwire.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import io.streamwire.service.Violation;
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
        var id =
                IdempotencyKey.of(request)
                        .map(key -> Ids.keyed(workspaceId, "rules", key))
                        .orElseGet(Ids::next);
        var rule = store.create(workspaceId, id, definition(request));
        book.changed(workspaceId);
        Versions.etag(response, rule.version());
        Body.created(response, PLACE + "/" + rule.id(), json(rule));
    }

    private void list(ServerRequest request, ServerResponse response) {
        var page = Page.of(request);
        var rules =
                store.list(
                        Caller.of(request).workspaceId(), Position.of(page, Position.FIRST), page);
        var listing = Listing.cut(page, rules, rule -> new Position(rule.createdAt(), rule.id()));
        Body.send(
                response,
                new Listing<>(
                        listing.items().stream().map(RulesApi::json).toList(),
                        listing.nextCursor()));
    }

    private void read(ServerRequest request, ServerResponse response) {
        send(response, existing(Caller.of(request).workspaceId(), Paths.uuid(request, "id")));
    }

    private void replace(ServerRequest request, ServerResponse response) {
        var workspaceId = Caller.of(request).workspaceId();
        var id = Paths.uuid(request, "id");
        var version = Versions.required(request);
        var definition = definition(request);
        send(response, changed(workspaceId, id, version, definition));
    }

    private void turn(ServerRequest request, ServerResponse response) {
        var workspaceId = Caller.of(request).workspaceId();
        var id = Paths.uuid(request, "id");
        var version = Versions.required(request);
        var enabled = Body.read(request, Turn.class).enabled();
        var definition = existing(workspaceId, id).definition().withEnabled(enabled);
        send(response, changed(workspaceId, id, version, definition));
    }

    private void delete(ServerRequest request, ServerResponse response) {
        var workspaceId = Caller.of(request).workspaceId();
        var id = Paths.uuid(request, "id");
        var version = Versions.required(request);
        if (!store.delete(workspaceId, id, version)) {
            throw missed(workspaceId, id);
        }
        book.changed(workspaceId);
        response.status(Status.NO_CONTENT_204).send();
    }

    /** What {@code PATCH} takes. */
    private record Turn(boolean enabled) {}

    private static RuleDefinition definition(ServerRequest request) {
        try {
            return RuleJson.read(Body.read(request, JsonNode.class));
        } catch (InvalidRule e) {
            throw Problem.unprocessable(
                    e.unsupported() ? "rule_unsupported" : "rule_invalid",
                    e.unsupported()
                            ? "The rule asks for something that rules cannot do."
                            : "The rule has values that are not acceptable.",
                    e.faults().stream()
                            .map(fault -> new Violation(fault.pointer(), fault.detail()))
                            .toList());
        }
    }

    private Rule existing(UUID workspaceId, UUID id) {
        return store.find(workspaceId, id).orElseThrow(RulesApi::unknown);
    }

    private Rule changed(UUID workspaceId, UUID id, long version, RuleDefinition definition) {
        Optional<Rule> rule = store.replace(workspaceId, id, version, definition);
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

    private static void send(ServerResponse response, Rule rule) {
        Versions.etag(response, rule.version());
        Body.send(response, json(rule));
    }

    private static ObjectNode json(Rule rule) {
        var json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("id", rule.id().toString())
                        .put("workspace_id", rule.workspaceId().toString());
        json.setAll(RuleJson.write(rule.definition()));
        return json.put("version", rule.version())
                .putPOJO("created_at", rule.createdAt())
                .putPOJO("updated_at", rule.updatedAt());
    }
}
