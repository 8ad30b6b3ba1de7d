package io.streamwire.service;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/**
 * What a service counts, for Prometheus at {@code GET /metrics} on its own port; the gateway does
 * not pass it on. Thread-safe.
 */
public final class Metrics implements Api {

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Permission permission;

    /** For anybody who reaches the service's own port. */
    public Metrics() {
        this(Permission.PUBLIC);
    }

    public Metrics(Permission permission) {
        this.permission = permission;
    }

    /** Where the service registers what it counts. */
    public MeterRegistry registry() {
        return registry;
    }

    @Override
    public void routes(Routes routes) {
        routes.get("/metrics", permission, this::answer);
    }

    private void answer(ServerRequest request, ServerResponse response) {
        response.header(HeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
                .send(registry.scrape());
    }
}
