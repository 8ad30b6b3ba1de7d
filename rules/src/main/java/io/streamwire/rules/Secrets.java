package io.streamwire.rules;

import io.helidon.config.Config;
import io.streamwire.service.Configuration;
import io.streamwire.service.Problem;
import io.streamwire.service.Seal;
import java.util.Optional;

/** What the secrets of webhooks are sealed with. */
final class Secrets {

    private static final String SERVICE_SECRET = "service.secret";
    private static final int SHORTEST = 32;

    private Secrets() {}

    /** Derived from {@code service.secret}; empty when that is not set. */
    static Optional<Seal> seal(Config config) {
        if (Configuration.optional(config, SERVICE_SECRET).isEmpty()) {
            return Optional.empty();
        }
        var secret = Configuration.secret(config, SERVICE_SECRET, SHORTEST);
        return Optional.of(new Seal(secret, "streamwire webhook secrets"));
    }

    /**
     * The seal, if there is one.
     *
     * @throws Problem 503 {@code no_service_secret}
     */
    static Seal of(Optional<Seal> seal) {
        return seal.orElseThrow(() ->
                Problem.unavailable(
                        "no_service_secret",
                        "service.secret is not set, so no secret can be kept."));
    }
}
