package io.streamwire.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What a process counts, in Prometheus's text format: of its JVM, of the requests that it answers,
 * and what it registers itself. Thread-safe.
 */
public final class Meters implements AutoCloseable {

    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final String REQUESTS = "http.server.requests";

    /** Routes are the program's own; more would be a defect that must not fill Prometheus. */
    private static final int MOST_ROUTES = 300;

    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    private static final Duration[] BOUNDS = {
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10)
    };

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();

    public Meters() {
        registry.config()
                .meterFilter(
                        MeterFilter.maximumAllowableTags(
                                REQUESTS, "route", MOST_ROUTES, MeterFilter.deny()));
        collections.bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
    }

    /** Where more is registered. */
    public MeterRegistry registry() {
        return registry;
    }

    /** A timer with a bucket for each of the bounds that all our timers have. */
    public static Timer.Builder timer(String name) {
        return Timer.builder(name).serviceLevelObjectives(BOUNDS);
    }

    /**
     * Counts a request that was answered.
     *
     * @param route its template, never its path
     */
    public void answered(String method, String route, int status, Duration took) {
        timer(REQUESTS)
                .description("requests that were answered, by the template of their path")
                .tag("method", METHODS.contains(method) ? method : "other")
                .tag("route", route)
                .tag("status", Integer.toString(status))
                .register(registry)
                .record(took);
    }

    /** All of it, for Prometheus. */
    public String scrape() {
        return registry.scrape();
    }

    /** Whether a header {@code Authorization} has the token. */
    public static boolean shows(Optional<String> authorization, String token) {
        return authorization
                .map(header -> header.getBytes(StandardCharsets.UTF_8))
                .filter(header ->
                        MessageDigest.isEqual(
                                header, ("Bearer " + token).getBytes(StandardCharsets.UTF_8)))
                .isPresent();
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
