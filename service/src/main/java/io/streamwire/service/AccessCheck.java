package io.streamwire.service;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.UUID;

/** Decides before the handler whether the caller may use a route. */
final class AccessCheck {

    /** The path parameter that, when a route has it, is the workspace of the call. */
    static final String WORKSPACE_PARAMETER = "workspace_id";

    private static final HeaderName WORKSPACE = HeaderNames.create("X-Workspace-Id");
    private static final HeaderName SECRET = HeaderNames.create("X-Service-Secret");

    private final TokenVerifier verifier;
    private final Credentials credentials;
    private final Optional<String> secret;

    AccessCheck(TokenVerifier verifier, Credentials credentials, Optional<String> secret) {
        this.verifier = verifier;
        this.credentials = credentials;
        this.secret = secret;
    }

    void check(ServerRequest request, Permission permission) {
        switch (permission) {
            case PUBLIC -> {}
            case SERVICE -> requireSecret(request);
            case DEVICES_STOP -> {
                var bearer = credentials.token(request, permission);
                var agent = verifier.agent(bearer);
                agent.ifPresent(request.context()::register);
                if (agent.isEmpty()) {
                    requireToken(request, permission, verifier.verifyForStop(bearer));
                }
            }
            default ->
                    requireToken(
                            request,
                            permission,
                            verifier.verify(credentials.token(request, permission)));
        }
    }

    private static void requireToken(
            ServerRequest request, Permission permission, AccessToken token) {
        if (token.ofKey() && !permission.isForKeys()) {
            throw Problem.forbidden("key_forbidden", "An API key may not do this, a person may.");
        }
        request.context().register(token);
        permission
                .role()
                .ifPresent(role -> request.context().register(caller(request, token, role)));
    }

    private void requireSecret(ServerRequest request) {
        var given = request.headers().first(SECRET).orElse("");
        if (secret.isEmpty() || !equal(secret.get(), given)) {
            throw Problem.forbidden("service_only", "Only Streamwire's own services may do this.");
        }
    }

    private static Caller caller(ServerRequest request, AccessToken token, Role needed) {
        var inPath = request.path().pathParameters().first(WORKSPACE_PARAMETER).asOptional();
        var workspace =
                inPath.or(() -> request.headers().first(WORKSPACE))
                        .flatMap(Paths::uuid)
                        .or(() -> named(request, inPath) ? Optional.empty() : defaultOf(token));
        var role = workspace.flatMap(token::role);
        if (role.isEmpty()) {
            throw inPath.isPresent()
                    ? Problem.notFound("not_found", "There is no such workspace.")
                    : Problem.forbidden(
                            "workspace_forbidden", "You are not a member of this workspace.");
        }
        if (!role.get().covers(needed)) {
            throw Problem.forbidden(
                    "role_too_low", "This needs the role " + needed + " in the workspace.");
        }
        return new Caller(token.userId(), workspace.get(), role.get());
    }

    private static boolean named(ServerRequest request, Optional<String> inPath) {
        return inPath.isPresent() || request.headers().contains(WORKSPACE);
    }

    private static Optional<UUID> defaultOf(AccessToken token) {
        return Optional.ofNullable(token.workspaceId());
    }

    private static boolean equal(String expected, String given) {
        return MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
    }
}
