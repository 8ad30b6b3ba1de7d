package io.streamwire.rules.analytics;

import java.util.SortedMap;
import java.util.TreeMap;

/** How often latencies were in each {@link LatencyBucket}. Confined to one thread. */
final class Histogram {

    private final SortedMap<Integer, Long> times = new TreeMap<>();
    private long count;

    void add(int bucket, long howOften) {
        times.merge(bucket, howOften, Long::sum);
        count += howOften;
    }

    /** The latencies; the histogram must have at least one. */
    Report.Latency latency() {
        return new Report.Latency(count, percentile(50), percentile(95), percentile(99));
    }

    /** The latency that so many percent did not exceed (nearest rank), us. */
    private long percentile(int percent) {
        var rank = (count * percent + 99) / 100;
        long seen = 0;
        for (var bucket : times.entrySet()) {
            seen += bucket.getValue();
            if (seen >= rank) {
                return LatencyBucket.middle(bucket.getKey());
            }
        }
        throw new IllegalStateException("nothing was measured");
    }
}
