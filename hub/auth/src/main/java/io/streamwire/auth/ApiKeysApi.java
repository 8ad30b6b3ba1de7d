package io.streamwire.auth;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.IdempotencyKey;
import io.streamwire.service.Listing;
import io.streamwire.service.Page;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Role;
import io.streamwire.service.Routes;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/workspaces/{id}/keys}: API keys. */
final class ApiKeysApi implements Api {

    private final ApiKeys keys;
    private final Function<ServerRequest, Origin> origin;

    ApiKeysApi(ApiKeys keys, Function<ServerRequest, Origin> origin) {
        this.keys = keys;
        this.origin = origin;
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/workspaces/{workspace_id}", "/workspaces/{workspace_id}")
                .post("/keys", Permission.KEYS_CHANGE, this::make)
                .get("/keys", Permission.KEYS_READ, this::list)
                .delete("/keys/{key_id}", Permission.KEYS_CHANGE, this::delete);
    }

    record NewKey(String name, Role role, @Nullable Instant expiresAt) {
        NewKey {
            name = Names.checked("/name", name);
            if (role == Role.OWNER) {
                throw Problem.invalid("/role", "A key is never an owner.");
            }
            if (expiresAt != null && !expiresAt.isAfter(Instant.now())) {
                throw Problem.invalid("/expires_at", "Must be in the future.");
            }
        }
    }

    /**
     * A key as it is shown when it is made.
     *
     * @param key the whole of it, only here
     */
    record Shown(
            UUID id,
            UUID workspaceId,
            String name,
            Role role,
            String prefix,
            String key,
            Instant createdAt,
            @Nullable Instant expiresAt) {}

    private void make(ServerRequest request, ServerResponse response) {
        var body = Body.read(request, NewKey.class);
        var caller = Caller.of(request);
        var made =
                keys.make(
                        caller,
                        body.name(),
                        body.role(),
                        body.expiresAt(),
                        IdempotencyKey.of(request),
                        origin.apply(request));
        var key = made.key();
        Body.created(
                response,
                "/api/v1/workspaces/" + caller.workspaceId() + "/keys/" + key.id(),
                new Shown(
                        key.id(),
                        caller.workspaceId(),
                        key.name(),
                        key.role(),
                        key.prefix(),
                        made.secret().text(),
                        key.createdAt(),
                        key.expiresAt()));
    }

    private void list(ServerRequest request, ServerResponse response) {
        var page = Page.of(request);
        Body.send(response, Listing.cut(page, keys.list(Caller.of(request), page), ApiKey::id));
    }

    private void delete(ServerRequest request, ServerResponse response) {
        keys.delete(Caller.of(request), Paths.uuid(request, "key_id"), origin.apply(request));
        response.status(Status.NO_CONTENT_204).send();
    }
}
