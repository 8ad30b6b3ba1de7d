package io.streamwire.ingest;

import io.streamwire.ingest.webcast.Inbound.Damage;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** What one livestream has seen since this instance holds it. Thread-safe. */
final class Counters {

    final LongAdder frames = new LongAdder();
    final LongAdder messages = new LongAdder();
    final LongAdder published = new LongAdder();
    final LongAdder duplicates = new LongAdder();
    final LongAdder ignored = new LongAdder();
    final LongAdder corrupt = new LongAdder();
    final LongAdder connects = new LongAdder();
    private final Map<Damage, LongAdder> damaged = new EnumMap<>(Damage.class);

    Counters() {
        for (var damage : Damage.values()) {
            damaged.put(damage, new LongAdder());
        }
    }

    void damaged(Damage damage) {
        damaged.getOrDefault(damage, frames).increment();
    }

    /**
     * The numbers now.
     *
     * @param ignored messages of types that are no events
     * @param corrupt messages that could not be read
     * @param damaged frames that could not be read, by reason
     */
    record Snapshot(
            long frames,
            long messages,
            long published,
            long duplicates,
            long ignored,
            long corrupt,
            long connects,
            Map<String, Long> damaged) {
        static final Snapshot NONE = new Counters().snapshot();
    }

    Snapshot snapshot() {
        var byReason = new TreeMap<String, Long>();
        damaged.forEach((damage, count) ->
                byReason.put(damage.name().toLowerCase(Locale.ROOT), count.sum()));
        return new Snapshot(
                frames.sum(),
                messages.sum(),
                published.sum(),
                duplicates.sum(),
                ignored.sum(),
                corrupt.sum(),
                connects.sum(),
                byReason);
    }
}
