package io.streamwire.gateway;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;

/** What live sockets count, for Prometheus. */
final class LiveMetrics {

    private static final String PREFIX = "streamwire.gateway.live.";

    private final Map<LiveEnd, Counter> ends = new EnumMap<>(LiveEnd.class);
    private final Counter frames;
    private final Counter bytes;
    private final Counter gaps;
    private final Counter refusals;

    LiveMetrics(MeterRegistry registry, Live live) {
        Gauge.builder(PREFIX + "sockets", live, Live::count)
                .description("live sockets that are open")
                .register(registry);
        Gauge.builder(PREFIX + "subscriptions", live, Live::subscriptions)
                .description("subscriptions of all live sockets")
                .register(registry);
        for (var end : LiveEnd.values()) {
            ends.put(
                    end,
                    Counter.builder(PREFIX + "ends")
                            .tag("reason", end.reason())
                            .description("live sockets that the gateway has ended")
                            .register(registry));
        }
        frames = counter(registry, "frames", "frames that were sent");
        bytes = counter(registry, "bytes", "bytes of these frames");
        gaps = counter(registry, "gaps", "clients told that something may be missing");
        refusals = counter(registry, "refusals", "handshakes refused");
    }

    private static Counter counter(MeterRegistry registry, String name, String description) {
        return Counter.builder(PREFIX + name).description(description).register(registry);
    }

    void sent(int length) {
        frames.increment();
        bytes.increment(length);
    }

    void gap() {
        gaps.increment();
    }

    void refused() {
        refusals.increment();
    }

    void ended(LiveEnd why) {
        var counter = ends.get(why);
        if (counter != null) {
            counter.increment();
        }
    }
}
