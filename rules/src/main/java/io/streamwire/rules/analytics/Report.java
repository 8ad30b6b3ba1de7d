package io.streamwire.rules.analytics;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Everything about a range, as it is answered.
 *
 * @param series without the buckets in which nothing happened
 * @param byRule the rules that decided most, first; null when only a livestream is asked for
 * @param topViewers by events
 * @param topGifters by diamonds
 * @param topGifts by diamonds
 * @param latency null when only a livestream is asked for
 */
record Report(
        Instant from,
        Instant to,
        Bucket bucket,
        boolean simulated,
        @Nullable UUID livestreamId,
        @Nullable UUID ruleId,
        Totals totals,
        List<Point> series,
        List<Type> byType,
        @Nullable List<OfRule> byRule,
        List<OfViewer> topViewers,
        List<OfViewer> topGifters,
        List<OfGift> topGifts,
        @Nullable Latencies latency) {

    /**
     * The sums of the whole range.
     *
     * @param viewers different ones of the hours that the range touches
     * @param peakViewers most that TikTok said watched one livestream
     */
    record Totals(
            long events,
            long gifts,
            long diamonds,
            long likes,
            long viewers,
            long peakViewers,
            @Nullable Long fired,
            @Nullable Long stopped) {}

    /** The sums of one bucket. */
    record Point(
            Instant at,
            long events,
            long gifts,
            long diamonds,
            long likes,
            long peakViewers,
            @Nullable Long fired,
            @Nullable Long stopped) {}

    /** How many events of a type. */
    record Type(String type, long events) {}

    /**
     * What a rule decided.
     *
     * @param name as it is now; null when there is no such rule any more
     * @param stopped how often by outcome
     */
    record OfRule(UUID ruleId, @Nullable String name, long fired, Map<String, Long> stopped) {}

    /**
     * What a viewer did.
     *
     * @param actions what rules did about it; null when only a livestream is asked for
     */
    record OfViewer(
            String viewerId,
            String handle,
            String nickname,
            long events,
            long gifts,
            long diamonds,
            long likes,
            @Nullable Long actions) {}

    /** Gifts of a kind. */
    record OfGift(long giftId, String name, long gifts, long diamonds) {}

    /** See {@link Way}; null where nothing was measured. */
    record Latencies(@Nullable Latency decided, @Nullable Latency board) {}

    /** Percentiles, us, each at most 3.2 % off. */
    record Latency(long count, long p50Us, long p95Us, long p99Us) {}
}
