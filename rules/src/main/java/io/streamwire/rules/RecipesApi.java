package io.streamwire.rules;

import com.fasterxml.jackson.databind.JsonNode;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.Listing;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;

/** The cookbook over HTTP, and rules made by it. */
final class RecipesApi implements Api {

    private final Recipes recipes = new Recipes();
    private final RuleStore store;
    private final RuleBook book;

    RecipesApi(RuleStore store, RuleBook book) {
        this.store = store;
        this.book = book;
    }

    @Override
    public void routes(Routes routes) {
        routes.at(RulesApi.PLACE, "/rules")
                .get("/recipes", Permission.RULES_READ, this::list)
                .get("/recipes/{name}", Permission.RULES_READ, this::read)
                .post("/recipes/{name}", Permission.RULES_CHANGE, this::create);
    }

    private void list(ServerRequest request, ServerResponse response) {
        Body.send(response, new Listing<>(recipes.all(), null));
    }

    private void read(ServerRequest request, ServerResponse response) {
        Body.send(response, recipe(request));
    }

    private void create(ServerRequest request, ServerResponse response) {
        var caller = Caller.of(request);
        var id = RulesApi.newId(request);
        try {
            var definition = recipe(request).fill(Body.read(request, JsonNode.class));
            var rule = store.create(caller.workspaceId(), id, definition, caller.userId());
            book.changed(caller.workspaceId());
            RulesApi.sendCreated(response, rule);
        } catch (InvalidRule e) {
            throw e.problem();
        }
    }

    private Recipe recipe(ServerRequest request) {
        return recipes.find(request.path().pathParameters().get("name"))
                .orElseThrow(
                        () -> Problem.notFound("recipe_not_found", "There is no such recipe."));
    }
}
