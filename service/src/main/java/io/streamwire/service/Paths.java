package io.streamwire.service;

import io.helidon.webserver.http.ServerRequest;
import java.util.Optional;
import java.util.UUID;

/** Parameters of a request's path. */
public final class Paths {

    private Paths() {}

    /**
     * An id in the path.
     *
     * @throws Problem 404 {@code not_found} when it is no UUID: nothing has such an id
     */
    public static UUID uuid(ServerRequest request, String name) {
        return uuid(request.path().pathParameters().get(name))
                .orElseThrow(() -> Problem.notFound("not_found", "There is no such " + name + "."));
    }

    public static Optional<UUID> uuid(String text) {
        if (text.length() != 36) {
            return Optional.empty();
        }
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
