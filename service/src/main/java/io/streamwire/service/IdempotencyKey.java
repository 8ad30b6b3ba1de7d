package io.streamwire.service;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.util.Optional;
import java.util.regex.Pattern;

/** The {@code Idempotency-Key} header: honoured, never required. */
public final class IdempotencyKey {

    private static final HeaderName NAME = HeaderNames.create("Idempotency-Key");
    private static final Pattern FORMAT = Pattern.compile("[\\x20-\\x7e]{1,200}");

    private IdempotencyKey() {}

    /**
     * The key of a request; what it creates gets the id {@code Ids.keyed(workspace, operation,
     * key)}.
     *
     * @throws Problem 400 {@code bad_idempotency_key} unless it has 1 to 200 printable characters
     */
    public static Optional<String> of(ServerRequest request) {
        var key = request.headers().first(NAME);
        if (key.isPresent() && !FORMAT.matcher(key.get()).matches()) {
            throw Problem.badRequest(
                    "bad_idempotency_key",
                    "Idempotency-Key must have 1 to 200 printable ASCII characters.");
        }
        return key;
    }
}
