package io.streamwire.ingest;

import io.streamwire.ingest.webcast.Inbound.Damage;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What one livestream has seen since this instance holds it. Thread-safe. */
final class Counters {

    /** Different unknown types that are counted by name; the others together. */
    private static final int NAMES = 100;

    private static final int NAME = 60;
    private static final String OTHERS = "others";

    final LongAdder frames = new LongAdder();
    final LongAdder messages = new LongAdder();
    final LongAdder published = new LongAdder();
    final LongAdder duplicates = new LongAdder();
    final LongAdder ignored = new LongAdder();
    final LongAdder corrupt = new LongAdder();
    final LongAdder connects = new LongAdder();
    final LongAdder gaps = new LongAdder();
    private final Map<Damage, LongAdder> damaged = new EnumMap<>(Damage.class);
    private final Map<String, LongAdder> unknown = new ConcurrentHashMap<>();

    Counters() {
        for (var damage : Damage.values()) {
            damaged.put(damage, new LongAdder());
        }
    }

    void damaged(Damage damage) {
        damaged.getOrDefault(damage, frames).increment();
    }

    /** A message whose type is not known; its name is whatever the other side wrote. */
    void unknown(String type) {
        var name = CleanText.of(type, NAME);
        var known = unknown.get(name);
        if (known == null) {
            known =
                    unknown.computeIfAbsent(
                            unknown.size() < NAMES ? name : OTHERS, _ -> new LongAdder());
        }
        known.increment();
    }

    /**
     * The numbers now.
     *
     * @param ignored messages that are about no event
     * @param unknown messages of types that are not known, by type
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
            long gaps,
            Map<String, Long> unknown,
            Map<String, Long> damaged) {
        static final Snapshot NONE = new Counters().snapshot();
    }

    Snapshot snapshot() {
        var byReason = new TreeMap<String, Long>();
        damaged.forEach((damage, count) ->
                byReason.put(damage.name().toLowerCase(Locale.ROOT), count.sum()));
        var byName = new TreeMap<String, Long>();
        unknown.forEach((name, count) -> byName.put(name, count.sum()));
        return new Snapshot(
                frames.sum(),
                messages.sum(),
                published.sum(),
                duplicates.sum(),
                ignored.sum(),
                corrupt.sum(),
                connects.sum(),
                gaps.sum(),
                byName,
                byReason);
    }
}
