package io.streamwire.rules;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.bus.Bus;
import io.streamwire.bus.Script;
import io.streamwire.service.Api;
import io.streamwire.service.Caller;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Ends the cooldowns and limits that hold now, of a rule or of all, while live: what was taken
 * until then does not count any more.
 */
final class ResetApi implements Api {

    private static final Script RESET = Script.of(ResetApi.class, "reset.lua");

    private final RuleStore store;
    private final RuleBook book;
    private final Bus bus;
    private final InstantSource clock;

    ResetApi(RuleStore store, RuleBook book, Bus bus, InstantSource clock) {
        this.store = store;
        this.book = book;
        this.bus = bus;
        this.clock = clock;
    }

    @Override
    public void routes(Routes routes) {
        routes.at(RulesApi.PLACE, "/rules")
                .post("/reset", Permission.RULES_RUN, this::all)
                .post("/{id}/reset", Permission.RULES_RUN, this::one);
    }

    private void all(ServerRequest request, ServerResponse response) {
        var workspaceId = Caller.of(request).workspaceId();
        reset(workspaceId, workspaceId, book.engine(workspaceId).queues());
        response.status(Status.NO_CONTENT_204).send();
    }

    private void one(ServerRequest request, ServerResponse response) {
        var workspaceId = Caller.of(request).workspaceId();
        var id = Paths.uuid(request, "id");
        if (store.find(workspaceId, id).isEmpty()) {
            throw Problem.notFound("rule_not_found", "There is no such rule.");
        }
        reset(workspaceId, id, List.of(id));
        response.status(Status.NO_CONTENT_204).send();
    }

    private void reset(UUID workspaceId, UUID what, List<UUID> queues) {
        var args = new ArrayList<String>();
        args.add(workspaceId.toString());
        args.add(what.toString());
        args.add(Long.toString(clock.millis()));
        args.add(Long.toString(Cooldown.MAX_MS));
        queues.forEach(rule -> args.add(rule.toString()));
        int partition = bus.partition(workspaceId);
        bus.call(
                        RESET,
                        List.of(DecisionCall.resets(partition), DelayedActions.key(partition)),
                        args)
                .join();
    }
}
