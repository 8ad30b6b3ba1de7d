package io.streamwire.rules;

import com.fasterxml.jackson.databind.JsonNode;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.Ids;
import io.streamwire.rules.RuleImport.Mode;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.IdempotencyKey;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.IntFunction;

/** All rules as one document over HTTP, out of a workspace and into it. */
final class BundleApi implements Api {

    private final RuleStore store;
    private final RuleImport imports;
    private final RuleBook book;
    private final InstantSource clock;

    BundleApi(RuleStore store, RuleBook book, InstantSource clock) {
        this.store = store;
        this.imports = new RuleImport(store);
        this.book = book;
        this.clock = clock;
    }

    @Override
    public void routes(Routes routes) {
        routes.at(RulesApi.PLACE, "/rules")
                .get("/export", Permission.RULES_READ, this::export)
                .upload("/import", Permission.RULES_CHANGE, this::importAll, RuleBundle.MAX_SIZE);
    }

    private void export(ServerRequest request, ServerResponse response) {
        var rules = store.all(Caller.of(request).workspaceId(), RuleFilter.of(request));
        response.header(HeaderNames.CONTENT_DISPOSITION, "attachment; filename=\"rules.json\"");
        Body.send(response, RuleBundle.write(rules, clock.instant()));
    }

    private void importAll(ServerRequest request, ServerResponse response) {
        var caller = Caller.of(request);
        var workspaceId = caller.workspaceId();
        var mode = mode(request);
        var dryRun = Boolean.TRUE.equals(RuleFilter.flag(request, "dry_run"));
        var newIds = newIds(request, workspaceId);
        var bundle = bundle(request);
        if (dryRun) {
            Body.send(response, imports.preview(workspaceId, bundle, mode, newIds));
            return;
        }
        var outcome = imports.run(workspaceId, bundle, mode, newIds, caller.userId());
        book.changed(workspaceId);
        Body.send(response, outcome);
    }

    private static RuleBundle bundle(ServerRequest request) {
        try {
            return RuleBundle.read(Body.read(request, JsonNode.class));
        } catch (InvalidRule e) {
            throw e.problem();
        }
    }

    private static Mode mode(ServerRequest request) {
        return switch (request.query().first("mode").orElse("add")) {
            case "add" -> Mode.ADD;
            case "replace" -> Mode.REPLACE;
            default -> throw Problem.badRequest("bad_filter", "mode must be add or replace.");
        };
    }

    private static IntFunction<UUID> newIds(ServerRequest request, UUID workspaceId) {
        return IdempotencyKey.of(request)
                .<IntFunction<UUID>>map(
                        key -> place -> Ids.keyed(workspaceId, "rules-import", place + " " + key))
                .orElse(_ -> Ids.next());
    }
}
