package io.streamwire.devices;

import io.streamwire.contract.Hops;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** How long the parts of many commands' ways took. Not thread-safe. */
final class Latencies {

    private static final long LONGEST_MICROS = Duration.ofMinutes(10).toNanos() / 1_000;

    private final Map<Span, Histogram> spans = new EnumMap<>(Span.class);

    /** Percentiles of one part, ms. */
    record Percentiles(long count, double p50Ms, double p90Ms, double p99Ms, double maxMs) {

        private static Percentiles of(Histogram micros) {
            return new Percentiles(
                    micros.getTotalCount(),
                    millis(micros, 50),
                    millis(micros, 90),
                    millis(micros, 99),
                    millis(micros, 100));
        }

        private static double millis(Histogram micros, double percentile) {
            return micros.getValueAtPercentile(percentile) / 1_000.0;
        }
    }

    void add(Hops hops) {
        for (var span : Span.values()) {
            var micros = span.micros(hops);
            if (micros != null) {
                spans.computeIfAbsent(span, _ -> new Histogram(LONGEST_MICROS, 3))
                        .recordValue(Math.clamp(micros, 0, LONGEST_MICROS));
            }
        }
    }

    /** Only the parts of which anything is known, by their names in lower case. */
    Map<String, Percentiles> percentiles() {
        var percentiles = new LinkedHashMap<String, Percentiles>();
        spans.forEach((span, micros) -> percentiles.put(span.toString(), Percentiles.of(micros)));
        return percentiles;
    }
}
