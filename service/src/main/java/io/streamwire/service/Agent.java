package io.streamwire.service;

import io.helidon.webserver.http.ServerRequest;
import java.util.Optional;
import java.util.UUID;

/** A board that shows its agent token instead of an access token: it may stop, and nothing else. */
public record Agent(UUID workspaceId, UUID deviceId) {

    /** The board that calls a route of {@link Permission#DEVICES_STOP}; empty for a person. */
    public static Optional<Agent> of(ServerRequest request) {
        return request.context().get(Agent.class);
    }
}
