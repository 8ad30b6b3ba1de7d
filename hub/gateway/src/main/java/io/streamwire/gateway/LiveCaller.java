package io.streamwire.gateway;

import java.util.Optional;
import java.util.function.Supplier;

/** Who has opened a live socket, also after the first access token is over. */
final class LiveCaller {

    private final Supplier<Optional<Identity>> renewal;
    private volatile Identity identity;

    /**
     * @param renewal asks again who it is; empty when what was shown was good once
     */
    LiveCaller(Identity identity, Supplier<Optional<Identity>> renewal) {
        this.identity = identity;
        this.renewal = renewal;
    }

    Identity identity() {
        return identity;
    }

    /**
     * Asks again who it is; false when what was shown was good once.
     *
     * @throws io.streamwire.service.Problem 401 when the session or key has ended, 503 when nobody
     *     can tell now
     */
    boolean renew() {
        var renewed = renewal.get();
        renewed.ifPresent(now -> identity = now);
        return renewed.isPresent();
    }
}
