package io.streamwire.devices;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.streamwire.contract.DeviceEvent.CommandChanged;
import io.streamwire.telemetry.Meters;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What boards and their commands do, for Prometheus. Thread-safe. */
final class DeviceMetrics {

    private static final List<String> PRESENCES =
            List.of(Presence.ONLINE, Presence.QUIET, Presence.LOST);

    private static final int MOST_REASONS = 60;

    private final MeterRegistry registry;
    private final InstantSource clock;
    private final Set<String> reasons = new HashSet<>(); // guarded by itself

    DeviceMetrics(MeterRegistry registry, InstantSource clock) {
        this.registry = registry;
        this.clock = clock;
    }

    void measure(Assembly all) {
        for (var presence : PRESENCES) {
            Gauge.builder("streamwire.devices.boards", all.presence, of -> count(of, presence))
                    .tag("presence", presence)
                    .description("boards as every instance sees them")
                    .register(registry);
        }
        Gauge.builder("streamwire.devices.mqtt.connected", all.line, of -> of.connected() ? 1 : 0)
                .description("1 while this instance is connected to the broker")
                .register(registry);
        all.projection.onEnd(this::ended);
    }

    private double count(Presence boards, String presence) {
        var now = clock.millis();
        return boards.all().stream()
                .filter(seen -> boards.standing(seen, now).presence().equals(presence))
                .count();
    }

    /** A board may give any reason, but not fill Prometheus. */
    private String reason(@Nullable String given) {
        if (given == null) {
            return "";
        }
        synchronized (reasons) {
            return reasons.contains(given) || (reasons.size() < MOST_REASONS && reasons.add(given))
                    ? given
                    : "other";
        }
    }

    /** Counts a command when it has come to its end, and how long each part of its way took. */
    private void ended(CommandChanged change) {
        Counter.builder("streamwire.devices.commands")
                .description("commands that came to their end, by how and why")
                .tag("state", change.state().toString())
                .tag("reason", reason(change.reason()))
                .register(registry)
                .increment();
        for (var span : Span.values()) {
            var micros = span.micros(change.hops());
            if (micros != null) {
                Meters.timer("streamwire.hop")
                        .description("how long a part of a command's way took")
                        .tag("hop", span.toString())
                        .register(registry)
                        .record(Math.max(0, micros), TimeUnit.MICROSECONDS);
            }
        }
    }
}
