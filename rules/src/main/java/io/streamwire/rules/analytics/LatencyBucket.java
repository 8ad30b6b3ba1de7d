package io.streamwire.rules.analytics;

/**
 * The buckets of a histogram of latencies: one for each microsecond up to 15, then 16 for each
 * power of two. The middle of a bucket is at most 1/32 (3.2 %) away from whatever is in it.
 */
final class LatencyBucket {

    /** About 19 hours; longer ones count as that long, us. */
    static final long LONGEST = (1L << 36) - 1;

    private static final int SIGNIFICANT_BITS = 4;
    private static final int PER_POWER = 1 << SIGNIFICANT_BITS;

    private LatencyBucket() {}

    /**
     * The bucket of a latency, 0 to 527.
     *
     * @param micros 0 or more
     */
    static int of(long micros) {
        var value = Math.clamp(micros, 0, LONGEST);
        if (value < PER_POWER) {
            return (int) value;
        }
        var shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(value) - SIGNIFICANT_BITS;
        return (shift << SIGNIFICANT_BITS) + (int) (value >> shift);
    }

    /** What stands for all latencies of a bucket, us. */
    static long middle(int bucket) {
        if (bucket < 2 * PER_POWER) {
            return bucket;
        }
        var shift = (bucket >> SIGNIFICANT_BITS) - 1;
        var lowest = (long) (bucket - (shift << SIGNIFICANT_BITS)) << shift;
        return lowest + (1L << (shift - 1));
    }
}
