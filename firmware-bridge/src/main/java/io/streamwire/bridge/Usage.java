package io.streamwire.bridge;

import java.util.ArrayDeque;
import java.util.Deque;

/** When one output was on in the last minute, local ms. Confined to the bridge's thread. */
final class Usage {

    private static final long MINUTE_MS = 60_000;
    private static final int PERCENT = 100;

    private final Deque<Span> spans = new ArrayDeque<>();

    private record Span(long from, long to) {}

    /** When it may be on again. */
    long freeAt(long minGapMs) {
        return spans.isEmpty() ? Long.MIN_VALUE / 2 : spans.getLast().to + minGapMs;
    }

    /** Whether it may be on for so long, of any minute. */
    boolean allows(long ms, int maxDutyPct, long now) {
        return of(now) + ms <= MINUTE_MS * maxDutyPct / PERCENT;
    }

    /** How long it was on within the minute before a moment, ms. */
    private long of(long now) {
        return spans.stream()
                .mapToLong(span -> Math.max(0, span.to - Math.max(span.from, now - MINUTE_MS)))
                .sum();
    }

    void add(long from, long to) {
        var old = to - 2 * MINUTE_MS;
        while (spans.size() > 1 && spans.getFirst().to < old) {
            spans.removeFirst();
        }
        spans.addLast(new Span(from, to));
    }
}
