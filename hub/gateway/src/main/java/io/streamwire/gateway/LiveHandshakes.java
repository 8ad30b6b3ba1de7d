package io.streamwire.gateway;

import io.helidon.http.HeaderNames;
import io.streamwire.service.Credentials;
import io.streamwire.service.Problem;
import io.streamwire.service.TrustedProxies;
import io.streamwire.service.WebSocketHandshake;
import java.util.List;
import java.util.function.Function;

/** Tells who asks for a live socket; only so many requests of one address are looked at. */
final class LiveHandshakes implements Function<WebSocketHandshake, LiveCaller> {

    private final Callers callers;
    private final RateLimit rateLimit;
    private final TrustedProxies trusted;

    LiveHandshakes(Callers callers, RateLimit rateLimit, TrustedProxies trusted) {
        this.callers = callers;
        this.rateLimit = rateLimit;
        this.trusted = trusted;
    }

    /**
     * Who asks.
     *
     * @throws Problem 401 {@code token_missing} or {@code token_invalid}, 403 {@code csrf}, 429
     *     {@code rate_limited}, 503 {@code upstream_unavailable}
     */
    @Override
    public LiveCaller apply(WebSocketHandshake handshake) {
        var chain = handshake.headers().all(HeaderNames.X_FORWARDED_FOR, List::of);
        var client = trusted.client(handshake.peer(), String.join(",", chain));
        var _ = rateLimit.take(RateLimit.address(client));
        return callers.of(handshake.prologue(), handshake.headers()).orElseThrow(Credentials::none);
    }
}
