package io.streamwire.rules;

import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.TimePassed;
import io.streamwire.contract.LiveEvent.ViewersCounted;
import io.streamwire.contract.LiveEvent.VoteEnded;
import io.streamwire.contract.RoomCounters;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The events that follow from time alone in a dry run: ticks of livestreams while something happens
 * on them, and the ends of votes. The clock is that of the events. For one thread.
 */
final class DryTime {

    private static final Comparator<LiveEvent> ORDER =
            Comparator.comparing(LiveEvent::receivedAt).thenComparing(LiveEvent::id);

    private final RuleEngine engine;
    private final PriorityQueue<LiveEvent> ends = new PriorityQueue<>(ORDER);

    /** When something happened last on each livestream, if there are timers. */
    private final Map<UUID, Seen> livestreams = new HashMap<>();

    private final PriorityQueue<LiveEvent> ticks = new PriorityQueue<>(ORDER);
    private long toldUntil; // second

    /**
     * What happened last.
     *
     * @param counters when viewers were counted last
     */
    private record Seen(LiveEvent event, @Nullable RoomCounters counters) {}

    DryTime(RuleEngine engine) {
        this.engine = engine;
    }

    /** Whether an event follows from time alone. */
    static boolean isOwn(LiveEvent event) {
        return event.payload() instanceof TimePassed || event.payload() instanceof VoteEnded;
    }

    /** What is due before an event, one after the other; null when there is nothing any more. */
    @Nullable LiveEvent before(LiveEvent event) {
        tell(event.receivedAt());
        return earliest(event.receivedAt());
    }

    /** What is still due when there are no more events. */
    @Nullable LiveEvent rest() {
        return earliest(Instant.MAX);
    }

    private @Nullable LiveEvent earliest(Instant until) {
        var end = ends.peek();
        var tick = ticks.peek();
        var queue = tick == null || (end != null && ORDER.compare(end, tick) <= 0) ? ends : ticks;
        var next = queue.peek();
        return next == null || next.receivedAt().isAfter(until) ? null : queue.poll();
    }

    /** An event has been decided on. */
    void passed(LiveEvent event) {
        if (engine.hasTimers() && event.type().startsWith("tiktok.")) {
            if (toldUntil == 0) {
                toldUntil = event.receivedAt().getEpochSecond();
            }
            var before = livestreams.get(event.livestreamId());
            var counters =
                    event.payload() instanceof ViewersCounted
                            ? event.counters()
                            : before == null ? null : before.counters();
            livestreams.put(event.livestreamId(), new Seen(event, counters));
        }
    }

    /** A vote that has begun ends in its time. */
    void decided(RuleEngine.Match match, LiveEvent event, Verdict verdict) {
        if (verdict.outcome().equals(Gathering.VOTE_BEGUN)
                && match.rule().definition().crowd() instanceof Crowd.Vote vote) {
            ends.add(Gathering.end(vote, match, event));
        }
    }

    /** Adds the ticks of all seconds that have begun. */
    private void tell(Instant now) {
        while (toldUntil < now.getEpochSecond() && !livestreams.isEmpty()) {
            var time = new TimePassed(toldUntil + 1, toldUntil);
            toldUntil++;
            var at = Instant.ofEpochSecond(toldUntil);
            livestreams
                    .values()
                    .removeIf(seen -> seen.event().receivedAt().isBefore(at.minus(Timers.LIVE)));
            if (engine.hasTimerDue(time)) {
                for (var seen : livestreams.values()) {
                    ticks.add(
                            Timers.tick(
                                    seen.event().workspaceId(),
                                    seen.event().livestreamId(),
                                    seen.counters(),
                                    time,
                                    at));
                }
            }
        }
        if (livestreams.isEmpty()) {
            toldUntil = 0;
        }
    }
}
