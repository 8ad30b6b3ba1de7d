package io.streamwire.service;

import io.helidon.webserver.http.ServerRequest;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a verified access token says.
 *
 * @param userId of an API key its own id, which no user has
 * @param sessionId of an API key its own id, too
 * @param workspaceId the default workspace, null when the user is a member of none
 * @param issuedAt to the millisecond
 * @param ofKey whether an API key calls and not a person
 */
public record AccessToken(
        UUID userId,
        UUID sessionId,
        @Nullable UUID workspaceId,
        Map<UUID, Role> roles,
        Instant issuedAt,
        Instant expiresAt,
        boolean ofKey) {

    public AccessToken {
        roles = Map.copyOf(roles);
    }

    /** The token of a person. */
    public AccessToken(
            UUID userId,
            UUID sessionId,
            @Nullable UUID workspaceId,
            Map<UUID, Role> roles,
            Instant issuedAt,
            Instant expiresAt) {
        this(userId, sessionId, workspaceId, roles, issuedAt, expiresAt, false);
    }

    /** The token of an API key, which knows one workspace. */
    public static AccessToken ofKey(
            UUID keyId, UUID workspaceId, Role role, Instant issuedAt, Instant expiresAt) {
        return new AccessToken(
                keyId, keyId, workspaceId, Map.of(workspaceId, role), issuedAt, expiresAt, true);
    }

    /** The role in a workspace; empty when the user is not a member. */
    public Optional<Role> role(UUID workspace) {
        return Optional.ofNullable(roles.get(workspace));
    }

    AccessToken withRoles(Map<UUID, Role> others) {
        return new AccessToken(userId, sessionId, workspaceId, others, issuedAt, expiresAt, ofKey);
    }

    /**
     * The token of a request to a route that needs one.
     *
     * @throws IllegalStateException on a public route
     */
    public static AccessToken of(ServerRequest request) {
        return request.context()
                .get(AccessToken.class)
                .orElseThrow(() -> new IllegalStateException("the route needs no access token"));
    }
}
