package io.streamwire.devices;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.bus.Bus;
import io.streamwire.contract.Ids;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.devices.DeviceStore.Token;
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
import io.streamwire.service.Violation;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Agent tokens: what a board shows to the broker as its password. */
final class TokensApi implements Api {

    static final String PREFIX = "swa_";
    private static final int RANDOM_BYTES = 32;
    private static final int LONGEST_NAME = 100;

    /** Of a token, shown in lists: swa_ and 4 of its 43 random characters. */
    private static final int SHOWN = 8;

    private static final Duration LONGEST_LIFE = Duration.ofDays(3_650);

    private final SecureRandom random = new SecureRandom();
    private final Bus bus;
    private final DeviceStore store;
    private final DeviceCache cache;
    private final Sessions sessions;
    private final String mqttUrl;
    private final Caps caps;
    private final InstantSource clock;

    TokensApi(
            Bus bus,
            DeviceStore store,
            DeviceCache cache,
            Sessions sessions,
            String mqttUrl,
            Caps caps,
            InstantSource clock) {
        this.bus = bus;
        this.store = store;
        this.cache = cache;
        this.sessions = sessions;
        this.mqttUrl = mqttUrl;
        this.caps = caps;
        this.clock = clock;
    }

    /**
     * What a person says of a new token.
     *
     * @param expiresIn s; null for a token without an end
     */
    private record NewToken(UUID deviceId, String name, @Nullable Long expiresIn) {}

    /**
     * How a board connects.
     *
     * @param root of its topics
     */
    record Mqtt(String url, String clientId, String username, String root) {

        static Mqtt of(String url, Device device) {
            var id = device.id().toString();
            return new Mqtt(url, id, id, Topics.root(device.workspaceId(), device.id()));
        }
    }

    private record Created(
            UUID id,
            UUID deviceId,
            String name,
            String prefix,
            Instant createdAt,
            @Nullable Instant expiresAt,
            String token,
            Mqtt mqtt) {}

    private record Listed(
            UUID id,
            UUID deviceId,
            String name,
            @Nullable String prefix,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant lastUsedAt) {

        static Listed of(Token token) {
            return new Listed(
                    token.id(),
                    token.deviceId(),
                    token.name(),
                    token.prefix().isEmpty() ? null : token.prefix(),
                    token.createdAt(),
                    token.expiresAt(),
                    token.lastUsedAt());
        }
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/devices", "/devices", "")
                .post("/tokens", Permission.TOKENS_CHANGE, this::create)
                .delete("/tokens/{id}", Permission.TOKENS_CHANGE, this::revoke);
        routes.at(DevicesApi.PREFIXES).get("/{id}/tokens", Permission.TOKENS_READ, this::list);
    }

    private void create(ServerRequest request, ServerResponse response) {
        var workspace = Caller.of(request).workspaceId();
        var asked = Body.read(request, NewToken.class);
        var name = asked.name().strip();
        validate(name, asked.expiresIn());
        var device =
                cache.find(workspace, asked.deviceId())
                        .map(DeviceCache.Known::device)
                        .orElseThrow(DevicesApi::unknown);
        if (device.parentId() != null) {
            throw Problem.conflict(
                    "child_has_no_token", "The board hangs on a bridge, which speaks for it.");
        }
        var secret = secret(random, PREFIX);
        var now = clock.instant();
        var id =
                IdempotencyKey.of(request)
                        .map(key -> Ids.keyed(workspace, "tokens", key))
                        .orElseGet(Ids::next);
        var expires = asked.expiresIn() == null ? null : now.plusSeconds(asked.expiresIn());
        var token = token(id, device, name, secret, now, expires);
        if (cache.tokens(workspace) >= caps.tokens() && store.token(workspace, id).isEmpty()) {
            throw caps.tooManyTokens();
        }
        if (!store.insert(token)) {
            throw Problem.conflict(
                    "token_shown_already",
                    "This Idempotency-Key has made a token; a token is shown only once.");
        }
        changed(token);
        Body.created(
                response,
                "/api/v1/devices/tokens/" + token.id(),
                new Created(
                        token.id(),
                        token.deviceId(),
                        name,
                        token.prefix(),
                        token.createdAt(),
                        token.expiresAt(),
                        secret,
                        Mqtt.of(mqttUrl, device)));
    }

    /** What is kept of a new token. */
    static Token token(
            UUID id,
            Device device,
            String name,
            String secret,
            Instant now,
            @Nullable Instant expiresAt) {
        return new Token(
                id,
                device.workspaceId(),
                device.id(),
                name,
                secret.substring(0, SHOWN),
                DeviceCache.sha256(secret),
                now,
                expiresAt,
                null,
                null);
    }

    private static void validate(String name, @Nullable Long expiresIn) {
        var violations = new ArrayList<Violation>();
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            violations.add(new Violation("/name", "must be 1 to " + LONGEST_NAME + " characters"));
        }
        if (expiresIn != null && (expiresIn < 1 || expiresIn > LONGEST_LIFE.toSeconds())) {
            violations.add(
                    new Violation(
                            "/expires_in",
                            "must be 1 to " + LONGEST_LIFE.toSeconds() + " s: " + expiresIn));
        }
        if (!violations.isEmpty()) {
            throw Problem.unprocessable(
                    "invalid_token", "The token is not acceptable as it is.", violations);
        }
    }

    /** 256 random bits, with a prefix that says what they are for. */
    static String secret(SecureRandom random, String prefix) {
        var bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private void list(ServerRequest request, ServerResponse response) {
        var device = DevicesApi.known(cache, request);
        var page = Page.of(request);
        var tokens =
                store.tokens(device.workspaceId(), device.id(), page).stream()
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
        var revoked = store.token(workspace, id);
        revoked.ifPresent(this::changed);
        revoked.ifPresent(token -> sessions.end(token.deviceId()));
        response.status(Status.NO_CONTENT_204).send();
    }

    private void changed(Token token) {
        cache.put(token);
        bus.announce(Devices.CHANGED, token.deviceId().toString());
    }
}
