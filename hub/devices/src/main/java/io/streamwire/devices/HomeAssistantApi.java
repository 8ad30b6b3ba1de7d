package io.streamwire.devices;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.bus.Bus;
import io.streamwire.contract.Ids;
import io.streamwire.contract.mqtt.HomeAssistantTopics;
import io.streamwire.devices.HomeAssistantStore.Settings;
import io.streamwire.devices.HomeAssistantStore.Token;
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
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Switches Home Assistant on and off for a workspace, and makes the tokens that it shows. */
final class HomeAssistantApi implements Api {

    static final String PREFIX = "swh_";

    /** Tokens of one workspace, most. */
    static final int MOST_TOKENS = 20;

    private static final int SHOWN = 8;
    private static final int LONGEST_NAME = 100;

    private final SecureRandom random = new SecureRandom();
    private final Bus bus;
    private final HomeAssistantStore store;
    private final HomeAssistantAccess access;
    private final Sessions sessions;
    private final Runnable changed;
    private final String mqttUrl;
    private final InstantSource clock;

    /**
     * @param changed is told when a workspace was switched on or off
     */
    HomeAssistantApi(
            Bus bus,
            HomeAssistantStore store,
            HomeAssistantAccess access,
            Sessions sessions,
            Runnable changed,
            String mqttUrl,
            InstantSource clock) {
        this.bus = bus;
        this.store = store;
        this.access = access;
        this.sessions = sessions;
        this.changed = changed;
        this.mqttUrl = mqttUrl;
        this.clock = clock;
    }

    private record NewSettings(Boolean enabled) {}

    private record State(
            boolean enabled,
            long version,
            String mqttUrl,
            String discoveryPrefix,
            String statusTopic) {}

    private record NewToken(String name) {}

    /** How Home Assistant connects. */
    private record Mqtt(
            String url,
            String clientId,
            String username,
            String discoveryPrefix,
            String statusTopic) {}

    private record Created(
            UUID id, String name, String prefix, Instant createdAt, String token, Mqtt mqtt) {}

    private record Listed(
            UUID id, String name, String prefix, Instant createdAt, @Nullable Instant lastUsedAt) {

        static Listed of(Token token) {
            return new Listed(
                    token.id(),
                    token.name(),
                    token.prefix(),
                    token.createdAt(),
                    token.lastUsedAt());
        }
    }

    @Override
    public void routes(Routes routes) {
        routes.at(DevicesApi.PREFIXES)
                .get("/home-assistant", Permission.TOKENS_READ, this::read)
                .put("/home-assistant", Permission.TOKENS_CHANGE, this::change)
                .post("/home-assistant/tokens", Permission.TOKENS_CHANGE, this::create)
                .get("/home-assistant/tokens", Permission.TOKENS_READ, this::list)
                .delete("/home-assistant/tokens/{id}", Permission.TOKENS_CHANGE, this::revoke);
    }

    private void read(ServerRequest request, ServerResponse response) {
        var workspace = Caller.of(request).workspaceId();
        send(response, workspace, store.settings(workspace));
    }

    private void change(ServerRequest request, ServerResponse response) {
        var workspace = Caller.of(request).workspaceId();
        var version = Versions.required(request);
        var asked = Body.read(request, NewSettings.class);
        if (!store.change(workspace, asked.enabled(), version)) {
            throw Versions.mismatch();
        }
        tell(workspace);
        changed.run();
        send(response, workspace, store.settings(workspace));
    }

    private void send(ServerResponse response, UUID workspace, Settings settings) {
        Versions.etag(response, settings.version());
        Body.send(
                response,
                new State(
                        settings.enabled(),
                        settings.version(),
                        mqttUrl,
                        HomeAssistantTopics.discoveryPrefix(workspace),
                        HomeAssistantTopics.status(workspace)));
    }

    private void create(ServerRequest request, ServerResponse response) {
        var workspace = Caller.of(request).workspaceId();
        var name = Body.read(request, NewToken.class).name().strip();
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            throw Problem.unprocessable(
                    "invalid_token",
                    "The token is not acceptable as it is.",
                    List.of(
                            new Violation(
                                    "/name", "must be 1 to " + LONGEST_NAME + " characters")));
        }
        var id =
                IdempotencyKey.of(request)
                        .map(key -> Ids.keyed(workspace, "home-assistant-tokens", key))
                        .orElseGet(Ids::next);
        if (access.tokens(workspace) >= MOST_TOKENS && !store.existed(workspace, id)) {
            throw Problem.conflict(
                    "too_many_tokens",
                    "A workspace has at most " + MOST_TOKENS + " tokens for Home Assistant.");
        }
        var secret = TokensApi.secret(random, PREFIX);
        var token =
                new Token(
                        id,
                        workspace,
                        name,
                        secret.substring(0, SHOWN),
                        DeviceCache.sha256(secret),
                        clock.instant(),
                        null);
        if (!store.insert(token)) {
            throw Problem.conflict(
                    "token_shown_already",
                    "This Idempotency-Key has made a token; a token is shown only once.");
        }
        tell(workspace);
        Body.created(
                response,
                "/api/v1/devices/home-assistant/tokens/" + id,
                new Created(
                        id,
                        name,
                        token.prefix(),
                        token.createdAt(),
                        secret,
                        new Mqtt(
                                mqttUrl,
                                id.toString(),
                                id.toString(),
                                HomeAssistantTopics.discoveryPrefix(workspace),
                                HomeAssistantTopics.status(workspace))));
    }

    private void list(ServerRequest request, ServerResponse response) {
        var page = Page.of(request);
        var tokens =
                store.tokens(Caller.of(request).workspaceId(), page).stream()
                        .map(Listed::of)
                        .toList();
        Body.send(response, Listing.cut(page, tokens, Listed::id));
    }

    private void revoke(ServerRequest request, ServerResponse response) {
        var workspace = Caller.of(request).workspaceId();
        var id = Paths.uuid(request, "id");
        if (!store.revoke(workspace, id)) {
            throw Problem.notFound("token_not_found", "There is no such token.");
        }
        tell(workspace);
        sessions.end(id);
        response.status(Status.NO_CONTENT_204).send();
    }

    private void tell(UUID workspace) {
        access.refresh();
        bus.announce(Devices.CHANGED, workspace.toString());
    }
}
