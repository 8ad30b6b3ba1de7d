package io.streamwire.service;

import io.helidon.webserver.http.Handler;
import java.util.Optional;

/** A group of routes that belong together. */
public interface Api {
    void routes(Routes routes);

    /** What answers a path that no route of the server has, instead of the usual problem. */
    default Optional<Handler> nowhere() {
        return Optional.empty();
    }
}
