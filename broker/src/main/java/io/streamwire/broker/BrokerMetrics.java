package io.streamwire.broker;

import com.codahale.metrics.Counting;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.streamwire.broker.Denials.Reason;
import io.streamwire.telemetry.Meters;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the broker counts, for Prometheus and for people. Thread-safe. */
final class BrokerMetrics implements AutoCloseable {

    /** Their names here, and HiveMQ's. */
    private static final Map<String, String> COUNTERS =
            Map.of(
                    "messages.received", "com.hivemq.messages.incoming.total.count",
                    "messages.sent", "com.hivemq.messages.outgoing.total.count",
                    "messages.dropped", "com.hivemq.messages.dropped.count",
                    "publishes.received", "com.hivemq.messages.incoming.publish.count",
                    "publishes.sent", "com.hivemq.messages.outgoing.publish.count",
                    "connects", "com.hivemq.messages.incoming.connect.count",
                    "bytes.received", "com.hivemq.networking.bytes.read.total",
                    "bytes.sent", "com.hivemq.networking.bytes.write.total");

    private static final Map<String, String> GAUGES =
            Map.of(
                    "clients", "com.hivemq.networking.connections.current",
                    "sessions", "com.hivemq.sessions.overall.current",
                    "subscriptions", "com.hivemq.subscriptions.overall.current",
                    "retained", "com.hivemq.messages.retained.current");

    private static final String PREFIX = "streamwire.broker.";

    private final Meters meters = new Meters();
    private final MeterRegistry registry = meters.registry();
    private final Denials denials;
    private final long startedAt = System.nanoTime();
    private volatile @Nullable MetricRegistry hiveMq;

    BrokerMetrics(Denials denials) {
        this.denials = denials;
        COUNTERS.forEach(this::counter);
        GAUGES.forEach(this::gauge);
        for (var reason : Reason.values()) {
            FunctionCounter.builder(PREFIX + "denied", denials, all -> all.count(reason))
                    .tag("reason", name(reason))
                    .description("connections, messages and subscriptions that were refused")
                    .register(registry);
        }
        var _ =
                registry.more()
                        .timeGauge(
                                PREFIX + "uptime",
                                Tags.empty(),
                                this,
                                TimeUnit.SECONDS,
                                BrokerMetrics::uptimeSeconds);
    }

    private void counter(String name, String theirs) {
        FunctionCounter.builder(PREFIX + name, this, all -> all.read(theirs)).register(registry);
    }

    private void gauge(String name, String theirs) {
        Supplier<Number> value = () -> read(theirs);
        io.micrometer.core.instrument.Gauge.builder(PREFIX + name, value).register(registry);
    }

    /** From now on there is something to read. */
    void of(MetricRegistry metrics) {
        hiveMq = metrics;
    }

    private double read(String name) {
        var metrics = hiveMq;
        var metric = metrics == null ? null : metrics.getMetrics().get(name);
        return switch (metric) {
            case Counting counting -> counting.getCount();
            case Gauge<?> gauge when gauge.getValue() instanceof Number number ->
                    number.doubleValue();
            case null, default -> 0;
        };
    }

    private double uptimeSeconds() {
        return (System.nanoTime() - startedAt) / 1e9;
    }

    /** In Prometheus's text format. */
    String scrape() {
        return meters.scrape();
    }

    /** Counts requests to its HTTP side. */
    void count(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        var began = System.nanoTime();
        response.whenSent(() ->
                meters.answered(
                        request.prologue().method().text(),
                        BrokerApi.route(request.path().path()),
                        response.status().code(),
                        Duration.ofNanos(System.nanoTime() - began)));
        chain.proceed();
    }

    @Override
    public void close() {
        meters.close();
    }

    /** The same for people, as far as brokers tell it below {@code $SYS}. */
    Map<String, Object> status() {
        var status = new LinkedHashMap<String, Object>();
        status.put("uptime_s", (long) uptimeSeconds());
        GAUGES.keySet().stream().sorted().forEach(name -> put(status, name, GAUGES));
        COUNTERS.keySet().stream().sorted().forEach(name -> put(status, name, COUNTERS));
        var denied = new LinkedHashMap<String, Long>();
        for (var reason : Reason.values()) {
            denied.put(name(reason), denials.count(reason));
        }
        status.put("denied", denied);
        return status;
    }

    private void put(Map<String, Object> status, String name, Map<String, String> theirs) {
        status.put(name.replace('.', '_'), (long) read(theirs.getOrDefault(name, "")));
    }

    private static String name(Reason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }
}
