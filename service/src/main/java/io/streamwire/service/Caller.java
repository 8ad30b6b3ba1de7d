package io.streamwire.service;

import io.helidon.webserver.http.ServerRequest;
import java.util.UUID;

/** Who calls, in which workspace, with which role; put into the request by the access check. */
public record Caller(UUID userId, UUID workspaceId, Role role) {

    /**
     * The caller of a request to a route whose permission names a role.
     *
     * @throws IllegalStateException on any other route
     */
    public static Caller of(ServerRequest request) {
        return request.context()
                .get(Caller.class)
                .orElseThrow(
                        () -> new IllegalStateException("the route's permission names no role"));
    }
}
