package io.streamwire.rules;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.Json;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.Listing;
import io.streamwire.service.Page;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import io.streamwire.service.Versions;
import java.util.UUID;

/** The versions of rules over HTTP, and the way back to one. */
final class HistoryApi implements Api {

    private final RuleHistory history;
    private final Rollback rollback;
    private final RuleBook book;

    HistoryApi(RuleHistory history, Rollback rollback, RuleBook book) {
        this.history = history;
        this.rollback = rollback;
        this.book = book;
    }

    @Override
    public void routes(Routes routes) {
        routes.at(RulesApi.PLACE, "/rules")
                .get("/history", Permission.RULES_READ, this::changes)
                .get("/{id}/versions", Permission.RULES_READ, this::versions)
                .get("/{id}/versions/{version}", Permission.RULES_READ, this::version)
                .post("/{id}/rollback", Permission.RULES_CHANGE, this::rollBack);
    }

    private void changes(ServerRequest request, ServerResponse response) {
        var page = Page.of(request);
        var changes =
                history.changes(
                        Caller.of(request).workspaceId(), Position.of(page, Position.LAST), page);
        Body.send(
                response,
                Listing.cut(
                        page,
                        changes,
                        version -> new Position(version.changedAt(), version.ruleId())));
    }

    private void versions(ServerRequest request, ServerResponse response) {
        var workspaceId = Caller.of(request).workspaceId();
        var id = Paths.uuid(request, "id");
        var page = Page.of(request);
        var newest = history.newest(workspaceId, id).orElseThrow(RulesApi::unknown);
        var versions = history.versions(workspaceId, id, before(page), page);
        Versions.etag(response, newest);
        Body.send(response, Listing.cut(page, versions, RuleVersion::version));
    }

    private void version(ServerRequest request, ServerResponse response) {
        var kept =
                history.find(
                                Caller.of(request).workspaceId(),
                                Paths.uuid(request, "id"),
                                number(request.path().pathParameters().get("version")))
                        .orElseThrow(HistoryApi::unknown);
        ObjectNode json = Json.mapper().valueToTree(kept.version());
        Body.send(response, json.set("rule", kept.definition()));
    }

    /** What {@code POST rollback} takes. */
    private record Back(long version) {}

    private void rollBack(ServerRequest request, ServerResponse response) {
        var caller = Caller.of(request);
        UUID id = Paths.uuid(request, "id");
        var newest = Versions.required(request);
        var version = Body.read(request, Back.class).version();
        try {
            var rule =
                    rollback.to(version, caller.workspaceId(), id, newest, caller.userId())
                            .orElseThrow(HistoryApi::unknown);
            book.changed(caller.workspaceId());
            RulesApi.send(response, rule);
        } catch (InvalidRule e) {
            throw e.problem();
        }
    }

    private static long before(Page page) {
        if (page.cursor() == null) {
            return Long.MAX_VALUE;
        }
        var before = number(page.cursor());
        if (before < 0) {
            throw Problem.badRequest(
                    "bad_cursor", "cursor must be a next_cursor of the same list.");
        }
        return before;
    }

    /** A version number; -1 for what is none. */
    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static Problem unknown() {
        return Problem.notFound("version_not_found", "No such version of the rule is kept.");
    }
}
