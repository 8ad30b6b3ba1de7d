package io.streamwire.standalone;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** How long each part of a way took, in microseconds. Not thread-safe. */
final class Latencies {

    private static final long LONGEST_MICROS = Duration.ofMinutes(5).toNanos() / 1_000;
    private static final double[] PERCENTILES = {50, 99, 99.9, 100};

    private final Map<String, Histogram> hops = new LinkedHashMap<>();

    /**
     * @param hops their names, in the order in which they are printed
     */
    Latencies(List<String> hops) {
        hops.forEach(hop -> this.hops.put(hop, new Histogram(LONGEST_MICROS, 3)));
    }

    void record(String hop, long micros) {
        of(hop).recordValue(Math.clamp(micros, 0, LONGEST_MICROS));
    }

    /** Between two moments, if both are known. */
    void record(String hop, @Nullable Long from, @Nullable Long to) {
        if (from != null && to != null) {
            record(hop, to - from);
        }
    }

    /** Microseconds of a hop. */
    Histogram of(String hop) {
        var histogram = hops.get(hop);
        if (histogram == null) {
            throw new IllegalArgumentException("no such hop: " + hop);
        }
        return histogram;
    }

    void print(PrintWriter out) {
        out.printf("%-22s %10s %10s %10s %10s%n", "hop (ms)", "p50", "p99", "p99.9", "max");
        hops.forEach((hop, latency) -> {
            out.printf("%-22s", hop);
            for (var percentile : PERCENTILES) {
                out.printf(" %10.2f", millis(latency, percentile));
            }
            out.println();
        });
    }

    /** The percentiles of a hop, by the names of the JSON summaries. */
    Map<String, Object> summary(String hop) {
        var latency = of(hop);
        var summary = new LinkedHashMap<String, Object>();
        summary.put("p50_ms", millis(latency, 50));
        summary.put("p99_ms", millis(latency, 99));
        summary.put("p999_ms", millis(latency, 99.9));
        summary.put("max_ms", millis(latency, 100));
        return summary;
    }

    private static double millis(Histogram micros, double percentile) {
        return Math.round(micros.getValueAtPercentile(percentile) / 10.0) / 100.0;
    }
}
