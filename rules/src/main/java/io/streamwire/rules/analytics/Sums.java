package io.streamwire.rules.analytics;

import static io.streamwire.service.Columns.instant;
import static io.streamwire.service.Columns.number;
import static io.streamwire.service.Columns.text;

import io.helidon.dbclient.DbRow;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Sums up rows of events and decisions by bucket, by type and in all. Confined to one thread. */
final class Sums {

    private final boolean withDecisions;
    private final Map<Instant, Sum> buckets = new TreeMap<>();
    private final Map<String, Long> types = new TreeMap<>();
    private final Sum all = new Sum();

    /**
     * @param withDecisions else nothing is said about them
     */
    Sums(boolean withDecisions) {
        this.withDecisions = withDecisions;
    }

    /** The numbers of one bucket. */
    private static final class Sum {
        long events;
        long gifts;
        long diamonds;
        long likes;
        long peakViewers;
        long fired;
        long stopped;
    }

    void addEvents(DbRow row) {
        types.merge(text(row, "type"), number(row, "events"), Long::sum);
        for (var sum : List.of(all, bucket(row))) {
            sum.events += number(row, "events");
            sum.gifts += number(row, "gifts");
            sum.diamonds += number(row, "diamonds");
            sum.likes += number(row, "likes");
            sum.peakViewers = Math.max(sum.peakViewers, number(row, "peak_viewers"));
        }
    }

    void addDecisions(DbRow row) {
        for (var sum : List.of(all, bucket(row))) {
            sum.fired += number(row, "fired");
            sum.stopped += number(row, "stopped");
        }
    }

    private Sum bucket(DbRow row) {
        return buckets.computeIfAbsent(instant(row, "bucket"), _ -> new Sum());
    }

    Report.Totals totals(long viewers) {
        return new Report.Totals(
                all.events,
                all.gifts,
                all.diamonds,
                all.likes,
                viewers,
                all.peakViewers,
                decisions(all.fired),
                decisions(all.stopped));
    }

    /** In the order of time. */
    List<Report.Point> series() {
        return buckets.entrySet().stream()
                .map(bucket -> point(bucket.getKey(), bucket.getValue()))
                .toList();
    }

    private Report.Point point(Instant at, Sum sum) {
        return new Report.Point(
                at,
                sum.events,
                sum.gifts,
                sum.diamonds,
                sum.likes,
                sum.peakViewers,
                decisions(sum.fired),
                decisions(sum.stopped));
    }

    /** The most frequent first. */
    List<Report.Type> byType() {
        return types.entrySet().stream()
                .map(type -> new Report.Type(type.getKey(), type.getValue()))
                .sorted(Comparator.comparingLong(Report.Type::events).reversed())
                .toList();
    }

    private @Nullable Long decisions(long number) {
        return withDecisions ? number : null;
    }
}
