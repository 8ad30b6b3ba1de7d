package io.streamwire.bridge;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.streamwire.contract.mqtt.Ack;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/** What the bridge counts, for Prometheus. Thread-safe. */
final class BridgeCounters {

    private static final String PREFIX = "streamwire.bridge.";

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Counter commands =
            counter("commands", "commands that came for boards, repeated ones too");
    private final Counter malformed = counter("malformed", "messages that could not be read");
    private final Counter boardsLost = counter("boards.lost", "sessions with boards that ended");
    private final Counter hubLost = counter("hub.lost", "connections to the broker that ended");
    private final Map<Ack.Status, Counter> acks = new EnumMap<>(Ack.Status.class);

    BridgeCounters() {
        for (var status : Ack.Status.values()) {
            acks.put(
                    status,
                    Counter.builder(PREFIX + "acks")
                            .tag("status", status.toString())
                            .description("what commands were acknowledged with")
                            .register(registry));
        }
    }

    private Counter counter(String name, String description) {
        return Counter.builder(PREFIX + name).description(description).register(registry);
    }

    void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(PREFIX + name, value).description(description).register(registry);
    }

    void command() {
        commands.increment();
    }

    void malformed() {
        malformed.increment();
    }

    void boardLost() {
        boardsLost.increment();
    }

    void hubLost() {
        hubLost.increment();
    }

    void acknowledged(Ack.Status status) {
        var counter = acks.get(status);
        if (counter != null) {
            counter.increment();
        }
    }

    /** How many commands ended like this. */
    long count(Ack.Status status) {
        var counter = acks.get(status);
        return counter == null ? 0 : (long) counter.count();
    }

    /** In Prometheus's text format. */
    String scrape() {
        return registry.scrape();
    }
}
