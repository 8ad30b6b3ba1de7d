package io.streamwire.rules;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.Ids;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.IdempotencyKey;
import io.streamwire.service.Listing;
import io.streamwire.service.Page;
import io.streamwire.service.Permission;
import io.streamwire.service.Routes;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** What rules said to other programs, and the secret that a workspace signs it with. */
final class WebhooksApi implements Api {

    private static final Logger LOG = System.getLogger(WebhooksApi.class.getName());

    private final DeliveryStore store;

    WebhooksApi(DeliveryStore store) {
        this.store = store;
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/rules/webhooks", "/rules/webhooks")
                .post("/secret", Permission.RULES_CHANGE, this::renew)
                .get("/deliveries", Permission.RULES_READ, this::list);
    }

    /** The only answer with the secret. */
    private record Renewed(String secret) {}

    private void renew(ServerRequest request, ServerResponse response) {
        var workspaceId = Caller.of(request).workspaceId();
        var repeatable =
                IdempotencyKey.of(request)
                        .map(key -> Ids.keyed(workspaceId, "webhook-secret", key))
                        .orElseGet(Ids::next);
        var secret = store.renewSecret(workspaceId, repeatable);
        LOG.log(Level.INFO, "workspace={0} webhook_secret=new", workspaceId);
        Body.created(response, "/api/v1/rules/webhooks/secret", new Renewed(secret));
    }

    private void list(ServerRequest request, ServerResponse response) {
        var page = Page.of(request);
        var deliveries =
                store.list(
                        Caller.of(request).workspaceId(),
                        ExecutionsApi.id(request, "rule_id"),
                        Position.of(page, Position.LAST),
                        page);
        Body.send(
                response,
                Listing.cut(
                        page,
                        deliveries,
                        delivery -> new Position(delivery.createdAt(), delivery.id())));
    }
}
