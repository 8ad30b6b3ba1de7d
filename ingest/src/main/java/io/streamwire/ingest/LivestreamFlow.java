package io.streamwire.ingest;

import io.streamwire.bus.Lease;
import io.streamwire.contract.Hops;
import io.streamwire.contract.LiveEvent.EventsMissed;
import io.streamwire.contract.LiveEvent.MissedWhy;
import io.streamwire.ingest.webcast.Inbound;
import io.streamwire.ingest.webcast.Inbound.Damage;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What comes from one livestream's sockets, one after the other, becomes events on the bus: keeps
 * streaks, likes and gaps from one to the next. For one thread; takes its time as an argument.
 */
final class LivestreamFlow {

    private static final Logger LOG = System.getLogger(LivestreamFlow.class.getName());

    private final Livestream livestream;
    private final Events events;
    private final Publisher publisher;
    private final LivestreamHealth health;
    private final UnknownMessages unknown;
    private final Gaps gaps = new Gaps();
    private final Set<Damage> reported = EnumSet.noneOf(Damage.class);
    private final Queue<String> forgotten = new ConcurrentLinkedQueue<>();

    /**
     * @param streakTimeout how long a streak may stand still before it counts as ended
     */
    LivestreamFlow(
            Livestream livestream,
            Lease lease,
            Duration streakTimeout,
            InstantSource clock,
            LivestreamHealth health,
            UnknownMessages unknown) {
        long roomId = Long.parseLong(livestream.roomId());
        this.livestream = livestream;
        this.health = health;
        this.unknown = unknown;
        this.events = new Events(livestream.workspaceId(), livestream.id(), roomId, streakTimeout);
        this.publisher =
                new Publisher(
                        lease,
                        livestream.workspaceId(),
                        livestream.id(),
                        livestream.roomId(),
                        clock,
                        health.counters);
    }

    /** Goes on where an earlier owner of the livestream stopped. */
    void restore() throws InterruptedException {
        events.restore(publisher.restore());
        events.heard().ifPresent(gaps::takeOver);
    }

    /** A socket is open. */
    void opened(Instant now) {
        gaps.opened(now);
    }

    /**
     * A frame with messages.
     *
     * @param acknowledge runs once its events are on the bus; must not block
     * @return whether the live has ended
     */
    boolean messages(Inbound.Messages frame, Runnable acknowledge) throws InterruptedException {
        health.frame(frame.receivedAt());
        var before = gaps.arrived(frame.receivedAt());
        if (before.isPresent()) {
            tell(before.get(), frame.receivedAt());
        }
        health.counters.messages.add(frame.messages().size());
        var _ = tick(frame.receivedAt());
        var outcome = events.of(frame.messages(), frame.receivedAt());
        count(outcome);
        health.room(outcome.room(), frame.receivedAt());
        if (outcome.corrupt() > 0) {
            gaps.missed(MissedWhy.DAMAGED, frame.receivedAt());
            LOG.log(
                    Level.DEBUG,
                    "livestream={0} frame={1,number,#} messages_corrupt={2,number,#}",
                    livestream.id(),
                    frame.logId(),
                    outcome.corrupt());
        }
        publisher.publish(outcome, Hops.micros(frame.receivedAt()), acknowledge);
        return outcome.ended();
    }

    private void count(Events.Outcome outcome) {
        var counters = health.counters;
        counters.ignored.add(outcome.ignored());
        counters.corrupt.add(outcome.corrupt());
        counters.duplicates.add(outcome.duplicate());
        for (var message : outcome.unknown()) {
            counters.unknown(message.getMethod());
            unknown.keep(message);
        }
    }

    /** A frame that could be read. */
    void sign(Instant at) {
        health.frame(at);
        gaps.heard(at);
    }

    /**
     * A frame that cannot be read; said once per kind: whoever sends rubbish may send much of it.
     */
    void damaged(Damage damage, Instant now) {
        health.frame(now);
        health.counters.damaged(damage);
        gaps.missed(MissedWhy.DAMAGED, now);
        if (reported.add(damage)) {
            LOG.log(
                    Level.WARNING,
                    "livestream={0} frame=dropped why={1}",
                    livestream.id(),
                    damage.name().toLowerCase(Locale.ROOT));
        }
    }

    /** From the next tick on nothing is remembered of what a viewer gave. For any thread. */
    void forget(String viewerId) {
        forgotten.add(viewerId);
    }

    /** What happens because nothing does; whether anything did. */
    boolean tick(Instant now) throws InterruptedException {
        for (var viewer = forgotten.poll(); viewer != null; viewer = forgotten.poll()) {
            publish(events.forget(viewer), now);
        }
        var overdue = events.overdue(now);
        publish(overdue, now);
        publisher.takeLost().ifPresent(at -> gaps.missed(MissedWhy.UNPUBLISHED, at));
        var due = gaps.due(now);
        tellAll(due, now);
        return !overdue.pending().isEmpty() || !due.isEmpty();
    }

    /** Sends again what Redis did not confirm. */
    void settle() throws InterruptedException {
        publisher.settle();
    }

    /** Nothing comes any more: all streaks end. Returns once everything is on the bus. */
    void over(Instant now) throws InterruptedException {
        tellAll(gaps.rest(now), now);
        publish(events.over(now), now);
        publisher.drain();
    }

    /** How much is remembered from one message to the next. */
    int remembered() {
        return events.remembered();
    }

    private void publish(Events.Outcome outcome, Instant now) throws InterruptedException {
        publisher.publish(outcome, Hops.micros(now), () -> {});
    }

    private void tellAll(List<EventsMissed> missed, Instant now) throws InterruptedException {
        for (var gap : missed) {
            tell(gap, now);
        }
    }

    private void tell(EventsMissed gap, Instant now) throws InterruptedException {
        health.counters.gaps.increment();
        publish(events.missed(gap, now), now);
        LOG.log(
                Level.INFO,
                "livestream={0} gap={1} from={2} until={3}",
                livestream.id(),
                gap.reason(),
                gap.from(),
                gap.until());
    }
}
