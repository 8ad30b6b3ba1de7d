package io.streamwire.service;

import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.streamwire.bus.Membership;
import io.streamwire.bus.Membership.Backlog;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** How far behind this instance is with what it reads from the bus, for Prometheus. */
public final class BusMetrics implements AutoCloseable {

    private static final Duration PERIOD = Duration.ofSeconds(5);
    private static final double MILLIS = 1e3;

    private final Membership membership;
    private final MultiGauge pending;
    private final MultiGauge lag;
    private final Round round;

    private BusMetrics(Metrics metrics, Membership membership) {
        this.membership = membership;
        this.pending =
                MultiGauge.builder("streamwire.bus.pending")
                        .description("entries in hand, of the partitions that this instance owns")
                        .register(metrics.registry());
        this.lag =
                MultiGauge.builder("streamwire.bus.lag")
                        .description("how long the oldest entry waits that is in nobody's hand")
                        .baseUnit("seconds")
                        .register(metrics.registry());
        this.round = Round.every(PERIOD, "bus-metrics", this::look);
    }

    /** Looks again and again until it is closed. */
    public static BusMetrics of(Metrics metrics, Membership membership) {
        return new BusMetrics(metrics, membership);
    }

    private void look() {
        var backlogs = membership.backlog();
        tell(pending, backlogs, Backlog::pending);
        tell(lag, backlogs, backlog -> backlog.lag().toMillis() / MILLIS);
    }

    private static void tell(
            MultiGauge gauge, List<Backlog> backlogs, ToDoubleFunction<Backlog> value) {
        gauge.register(
                backlogs.stream()
                        .<Row<?>>map(backlog ->
                                Row.of(
                                        Tags.of(
                                                "stream",
                                                backlog.stream().name().toLowerCase(Locale.ROOT),
                                                "group",
                                                backlog.group()),
                                        backlog,
                                        value))
                        .toList(),
                true);
    }

    @Override
    public void close() {
        round.close();
    }
}
