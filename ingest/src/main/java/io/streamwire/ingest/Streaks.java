package io.streamwire.ingest;

import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.ingest.Decoded.GiftStep;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Counts gifts of which several are given in a row. For one thread.
 *
 * <pre>
 *   (unseen) --count--> open --count--> open --end, or no count for 10 s--> closed --10 min--> (unseen)
 *                                                                             |
 *                                     open, counting from there <--more than--+--no more--> late, dropped
 * </pre>
 *
 * So the counts of all ends of a streak add up to exactly what was given, whether its end came,
 * came late, came twice or never.
 */
final class Streaks {

    private static final Duration MEMORY = Duration.ofMinutes(10);
    private static final int MOST = 10_000;

    /**
     * What is known of a streak, kept across restarts.
     *
     * @param total highest count of its messages
     * @param base what earlier ends have already counted of it
     * @param at when it last grew or closed, ms since the epoch
     * @param last the last event, from which a missing end is made; null once closed
     */
    record State(int total, int base, boolean closed, long at, @Nullable LiveEvent last) {}

    /** A step that counts. */
    record Counted(GiftSent gift, String key, State state) {}

    private final Duration timeout;

    // Both in the order of their last growth or end, so that nothing has to search.
    private final Map<String, State> open = new LinkedHashMap<>();
    private final Map<String, State> closed = new LinkedHashMap<>();

    /**
     * @param timeout how long a streak may stand still before it counts as ended
     */
    Streaks(Duration timeout) {
        this.timeout = timeout;
    }

    void restore(Map<String, State> kept) {
        kept.entrySet().stream()
                .sorted(Comparator.comparingLong(entry -> entry.getValue().at()))
                .forEach(entry -> put(entry.getKey(), entry.getValue()));
    }

    /** How many are remembered. */
    int size() {
        return open.size() + closed.size();
    }

    private void put(String key, State state) {
        open.remove(key);
        closed.remove(key);
        (state.closed() ? closed : open).put(key, state);
    }

    /** What a step of a streakable gift means; empty when it has been counted already. */
    Optional<Counted> step(GiftStep step, Instant now) {
        var known = open.getOrDefault(step.streak(), closed.get(step.streak()));
        int total = 0;
        int base = 0;
        boolean begins = true;
        if (known != null && !known.closed()) {
            total = known.total();
            base = known.base();
            begins = false;
        }
        if (known != null && known.closed()) {
            boolean anotherOne = !step.grouped() && !step.end() && step.count() <= known.total();
            if (!anotherOne && step.count() <= known.total()) {
                return Optional.empty();
            }
            total = anotherOne ? 0 : known.total();
            base = total;
        }
        int newTotal = Math.max(total, step.count());
        var gift =
                new GiftSent(
                        step.giftId(),
                        step.name(),
                        step.diamonds(),
                        newTotal - base,
                        newTotal - total,
                        step.end() ? Streak.ENDED : begins ? Streak.STARTED : Streak.RUNNING);
        return Optional.of(
                new Counted(
                        gift,
                        step.streak(),
                        new State(newTotal, base, step.end(), now.toEpochMilli(), null)));
    }

    /** Keeps the new state with the event that it led to. */
    State keep(Counted counted, LiveEvent event) {
        var state = counted.state();
        var kept =
                new State(
                        state.total(),
                        state.base(),
                        state.closed(),
                        state.at(),
                        state.closed() ? null : event);
        put(counted.key(), kept);
        return kept;
    }

    /** A streak whose end did not come. */
    record Overdue(String key, State state, LiveEvent last) {
        /** Its end, made of its last event. */
        GiftSent end() {
            var gift = (GiftSent) last.payload();
            return new GiftSent(
                    gift.giftId(), gift.name(), gift.diamonds(), gift.count(), 0, Streak.ENDED);
        }
    }

    /** Closes the streaks that stand still. */
    List<Overdue> overdue(Instant now) {
        return close(now, now.minus(timeout).toEpochMilli());
    }

    /** Closes all of them. */
    List<Overdue> all(Instant now) {
        return close(now, Long.MAX_VALUE);
    }

    private List<Overdue> close(Instant now, long limit) {
        if (open.isEmpty()) {
            return List.of();
        }
        var overdue = new ArrayList<Overdue>(0);
        for (var oldest = open.entrySet().iterator(); oldest.hasNext(); ) {
            var entry = oldest.next();
            var state = entry.getValue();
            if (state.at() > limit) {
                break;
            }
            oldest.remove();
            var end = new State(state.total(), state.base(), true, now.toEpochMilli(), null);
            closed.put(entry.getKey(), end);
            if (state.last() != null) {
                overdue.add(new Overdue(entry.getKey(), end, state.last()));
            }
        }
        return overdue;
    }

    /** Forgets streaks that closed long ago, and the oldest when there are too many. */
    List<String> forgotten(Instant now) {
        long limit = now.minus(MEMORY).toEpochMilli();
        var forgotten = new ArrayList<String>(0);
        for (var oldest = closed.entrySet().iterator(); oldest.hasNext(); ) {
            var entry = oldest.next();
            if (entry.getValue().at() >= limit && size() <= MOST) {
                break;
            }
            oldest.remove();
            forgotten.add(entry.getKey());
        }
        for (var oldest = open.keySet().iterator(); size() > MOST && oldest.hasNext(); ) {
            forgotten.add(oldest.next());
            oldest.remove();
        }
        return forgotten;
    }
}
