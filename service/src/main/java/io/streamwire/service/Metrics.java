package io.streamwire.service;

import io.helidon.config.Config;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.micrometer.core.instrument.MeterRegistry;
import io.streamwire.telemetry.Meters;
import java.time.Duration;
import java.util.Optional;

/**
 * What a service counts, for Prometheus at {@code GET /metrics} on its own port; the gateway does
 * not pass it on. With {@code metrics.token} only who shows it may read. Thread-safe.
 */
public final class Metrics implements Api, AutoCloseable {

    private static final String UNMATCHED = "unmatched";

    private final Meters meters = new Meters();
    private final Optional<String> token;
    private final Permission otherwise;

    private Metrics(Optional<String> token, Permission otherwise) {
        this.token = token;
        this.otherwise = otherwise;
    }

    /** Without a token for anybody who reaches the service's own port. */
    public static Metrics of(Config config) {
        return new Metrics(token(config), Permission.PUBLIC);
    }

    /** Without a token for other services only: of a port that everybody reaches. */
    public static Metrics closed(Config config) {
        return new Metrics(token(config), Permission.SERVICE);
    }

    private static Optional<String> token(Config config) {
        return Configuration.optional(config, "metrics.token");
    }

    /** Where the service registers what it counts. */
    public MeterRegistry registry() {
        return meters.registry();
    }

    @Override
    public void routes(Routes routes) {
        routes.get("/metrics", token.isPresent() ? Permission.PUBLIC : otherwise, this::answer);
    }

    private void answer(ServerRequest request, ServerResponse response) {
        var shown = request.headers().first(HeaderNames.AUTHORIZATION);
        if (token.isPresent() && !Meters.shows(shown, token.get())) {
            throw Problem.unauthorized("metrics_token", "This needs the token of the metrics.");
        }
        response.header(HeaderNames.CONTENT_TYPE, Meters.CONTENT_TYPE).send(meters.scrape());
    }

    /** Counts a request once it is answered; an event stream is none that could be timed. */
    void count(RoutingRequest request, RoutingResponse response, long beganNanos) {
        response.whenSent(() -> {
            if (response.headers().contains(HeaderValues.CONTENT_TYPE_EVENT_STREAM)) {
                return;
            }
            meters.answered(
                    request.prologue().method().text(),
                    request.context().get(Route.class).map(Route::canonical).orElse(UNMATCHED),
                    response.status().code(),
                    Duration.ofNanos(System.nanoTime() - beganNanos));
        });
    }

    @Override
    public void close() {
        meters.close();
    }
}
