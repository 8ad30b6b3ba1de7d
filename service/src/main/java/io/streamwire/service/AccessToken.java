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
 * @param workspaceId the default workspace, null when the user is a member of none
 * @param issuedAt to the millisecond
 */
public record AccessToken(
        UUID userId,
        UUID sessionId,
        @Nullable UUID workspaceId,
        Map<UUID, Role> roles,
        Instant issuedAt,
        Instant expiresAt) {

    public AccessToken {
        roles = Map.copyOf(roles);
    }

    /** The role in a workspace; empty when the user is not a member. */
    public Optional<Role> role(UUID workspace) {
        return Optional.ofNullable(roles.get(workspace));
    }

    AccessToken withRoles(Map<UUID, Role> others) {
        return new AccessToken(userId, sessionId, workspaceId, others, issuedAt, expiresAt);
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
