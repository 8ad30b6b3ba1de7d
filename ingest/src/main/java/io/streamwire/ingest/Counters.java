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
    final LongAdder reconnects = new LongAdder();
    final LongAdder gaps = new LongAdder();
    private final Map<Damage, LongAdder> damaged = new EnumMap<>(Damage.class);
    private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> unknown = new ConcurrentHashMap<>();

    Counters() {
        for (var damage : Damage.values()) {
            damaged.put(damage, new LongAdder());
        }
    }

    /** A socket has opened. */
    void connected() {
        if (connects.sum() > 0) {
            reconnects.increment();
        }
        connects.increment();
    }

    void damaged(Damage damage) {
        damaged.getOrDefault(damage, frames).increment();
    }

    long damages(Damage damage) {
        return damaged.getOrDefault(damage, frames).sum();
    }

    /** Something went wrong with the connection; the code is one of ours. */
    void failed(String code) {
        failures.computeIfAbsent(code, _ -> new LongAdder()).increment();
    }

    long failures(String code) {
        var count = failures.get(code);
        return count == null ? 0 : count.sum();
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

    /** Messages of all unknown types. */
    long unknowns() {
        return unknown.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** Adds what a livestream saw that is not held any more. */
    void add(Counters other) {
        frames.add(other.frames.sum());
        messages.add(other.messages.sum());
        published.add(other.published.sum());
        duplicates.add(other.duplicates.sum());
        ignored.add(other.ignored.sum());
        corrupt.add(other.corrupt.sum());
        connects.add(other.connects.sum());
        reconnects.add(other.reconnects.sum());
        gaps.add(other.gaps.sum());
        damaged.forEach((damage, count) -> count.add(other.damages(damage)));
        other.failures.forEach((code, count) ->
                failures.computeIfAbsent(code, _ -> new LongAdder()).add(count.sum()));
        unknown.computeIfAbsent(OTHERS, _ -> new LongAdder()).add(other.unknowns());
    }

    /**
     * The numbers now.
     *
     * @param ignored messages that are about no event
     * @param unknown messages of types that are not known, by type
     * @param corrupt messages that could not be read
     * @param damaged frames that could not be read, by reason
     * @param reconnects sockets after the first
     */
    record Snapshot(
            long frames,
            long messages,
            long published,
            long duplicates,
            long ignored,
            long corrupt,
            long connects,
            long reconnects,
            long gaps,
            Map<String, Long> unknown,
            Map<String, Long> damaged) {
        static final Snapshot NONE = new Counters().snapshot();
    }

    Snapshot snapshot() {
        var byReason = new TreeMap<String, Long>();
        damaged.forEach((damage, count) -> byReason.put(name(damage), count.sum()));
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
                reconnects.sum(),
                gaps.sum(),
                byName,
                byReason);
    }

    static String name(Damage damage) {
        return damage.name().toLowerCase(Locale.ROOT);
    }
}
