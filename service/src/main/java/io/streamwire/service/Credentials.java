package io.streamwire.service;

import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.webserver.http.ServerRequest;
import java.util.Optional;

/** Where the token of a request comes from. */
@FunctionalInterface
public interface Credentials {

    /** The header {@code Authorization} and nothing else. */
    Credentials AUTHORIZATION =
            (request, _) -> bearer(request.headers()).orElseThrow(Credentials::none);

    /**
     * The token that the request shows, not verified.
     *
     * @param permission what it is wanted for: one to stop may have expired a while ago
     * @throws Problem 401 {@code token_missing} or {@code token_invalid}
     */
    String token(ServerRequest request, Permission permission);

    /**
     * What stands behind {@code Authorization: Bearer}; empty without this header.
     *
     * @throws Problem 401 {@code token_invalid} when it is of another scheme
     */
    static Optional<String> bearer(Headers headers) {
        var scheme = "Bearer ";
        var header = headers.first(HeaderNames.AUTHORIZATION);
        if (header.isPresent()
                && !header.get().regionMatches(true, 0, scheme, 0, scheme.length())) {
            throw Problem.unauthorized("token_invalid", "Authorization must be a Bearer token.");
        }
        return header.map(text -> text.substring(scheme.length()).strip());
    }

    /** Says that there are none. */
    static Problem none() {
        return Problem.unauthorized("token_missing", "Send Authorization: Bearer <access token>.");
    }
}
