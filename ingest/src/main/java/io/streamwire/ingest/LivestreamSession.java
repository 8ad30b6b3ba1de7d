package io.streamwire.ingest;

import io.streamwire.bus.BusException;
import io.streamwire.bus.Lease;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent.EventsMissed;
import io.streamwire.contract.LiveEvent.MissedWhy;
import io.streamwire.ingest.webcast.Inbound;
import io.streamwire.ingest.webcast.Inbound.Damage;
import io.streamwire.ingest.webcast.Room;
import io.streamwire.ingest.webcast.WebcastClient;
import io.streamwire.ingest.webcast.WebcastConnection;
import io.streamwire.ingest.webcast.WebcastException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Follows one livestream as long as this instance holds its lease, on a virtual thread of its own.
 *
 * <pre>
 *   connecting --socket open--> live --control message: end--> over
 *       ^  |                     |
 *       |  +--room is closed--> over
 *       +------closed, broken, silent
 * </pre>
 */
final class LivestreamSession {

    private static final Logger LOG = System.getLogger(LivestreamSession.class.getName());
    private static final Duration TICK = Duration.ofMillis(250);
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    /** The code of a socket that closed by itself. */
    static final String CONNECTION_CLOSED = "connection_closed";

    private final Livestream livestream;
    private final Room room;
    private final IngestSettings settings;
    private final WebcastClient client;
    private final LivestreamStore store;
    private final Recorder recorder;
    private final InstantSource clock;
    private final Lease lease;
    private final Events events;
    private final Publisher publisher;
    private final LivestreamHealth health;
    private final Counters counters;
    private final Gaps gaps = new Gaps();
    private final Backoff backoff;
    private final Set<Damage> reported = EnumSet.noneOf(Damage.class);
    private final Runnable onOver;
    private final Thread thread;

    /**
     * @param onOver runs once when the session is over and that is recorded
     */
    LivestreamSession(
            Livestream livestream,
            Lease lease,
            IngestSettings settings,
            WebcastClient client,
            LivestreamStore store,
            Recorder recorder,
            InstantSource clock,
            LivestreamHealth health,
            Runnable onOver) {
        this.livestream = livestream;
        this.room = new Room(livestream.username(), Long.parseLong(livestream.roomId()));
        this.lease = lease;
        this.settings = settings;
        this.client = client;
        this.store = store;
        this.recorder = recorder;
        this.clock = clock;
        this.onOver = onOver;
        this.health = health;
        this.counters = health.counters;
        this.events =
                new Events(
                        livestream.workspaceId(),
                        livestream.id(),
                        room.id(),
                        settings.streakTimeout());
        this.publisher =
                new Publisher(
                        lease,
                        livestream.workspaceId(),
                        livestream.id(),
                        room.id(),
                        clock,
                        counters);
        this.backoff = new Backoff(settings.firstPause(), settings.lastPause());
        this.thread = Thread.ofVirtual().name("livestream-" + livestream.id()).unstarted(this::run);
    }

    Livestream livestream() {
        return livestream;
    }

    void start() {
        thread.start();
    }

    /** Lets go of the livestream, which does not end by that. */
    void stop() {
        thread.interrupt();
    }

    /** Waits until it has let go, bounded. */
    void join() {
        try {
            var _ = thread.join(FAREWELL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    LivestreamStatus status() {
        return health.status(livestream);
    }

    private void run() {
        try {
            events.restore(publisher.restore());
            events.heard().ifPresent(gaps::takeOver);
            follow();
            health.over();
            var now = clock.instant();
            tell(gaps.rest(), now);
            publisher.publish(events.over(now), Hops.micros(now), () -> {});
            publisher.drain();
            recorder.write(() -> store.end(livestream.id(), "live_ended", clock.instant()));
            LOG.log(Level.INFO, "livestream={0} status=ended why=live_ended", livestream.id());
        } catch (InterruptedException e) {
            LOG.log(Level.INFO, "livestream={0} session=stopped", livestream.id());
        } catch (BusException.LeaseLost e) {
            LOG.log(Level.WARNING, "livestream={0} session=lost", livestream.id());
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "livestream=" + livestream.id() + " session=failed", e);
        } finally {
            recorder.write(this::letGo);
        }
    }

    /** After the end is recorded, so that nobody takes it up again. */
    private void letGo() {
        try {
            lease.close();
        } catch (BusException e) {
            LOG.log(Level.DEBUG, "livestream={0} lease=expires", livestream.id());
        }
        onOver.run();
    }

    /**
     * Returns when the live has ended. A way on which a socket opened and brought nothing is tried
     * last the next time.
     */
    private void follow() throws InterruptedException {
        boolean known = livestream.connectedAt() == null;
        var barren = "";
        while (true) {
            if (!known && client.ended(room)) {
                return;
            }
            known = false;
            long before = counters.messages.sum();
            var wait = Duration.ZERO;
            try (var connection = client.connect(room, barren)) {
                barren = connection.mode();
                if (attend(connection)) {
                    return;
                }
            } catch (WebcastException e) {
                requireUninterrupted();
                failed(e.code().name().toLowerCase(Locale.ROOT), e.detail());
                wait = e.retryAfter().orElse(Duration.ZERO);
            }
            requireUninterrupted();
            if (counters.messages.sum() > before) {
                backoff.reset();
                barren = "";
            }
            pause(backoff.next(wait));
        }
    }

    private static void requireUninterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private void pause(Duration pause) throws InterruptedException {
        long until = System.nanoTime() + pause.toNanos();
        health.retriesAt(clock.instant().plus(pause));
        for (long left = pause.toNanos(); left > 0; left = until - System.nanoTime()) {
            Thread.sleep(Duration.ofNanos(Math.min(left, TICK.toNanos())));
            publisher.settle();
            tick(clock.instant());
        }
        health.retriesAt(null);
    }

    /** Reads a socket until it closes; true when the live has ended. */
    private boolean attend(WebcastConnection connection) throws InterruptedException {
        var connectionId = Ids.next();
        long frames = counters.frames.sum();
        long messages = counters.messages.sum();
        opened(connection, connectionId);
        var now = clock.instant();
        tell(gaps.opened(now), now);
        var reason = "stopped";
        try {
            var closing = read(connection);
            reason = closing.reason();
            return closing.liveEnded();
        } finally {
            closed(
                    connectionId,
                    reason,
                    counters.frames.sum() - frames,
                    counters.messages.sum() - messages);
        }
    }

    /**
     * Why a socket was left.
     *
     * @param liveEnded the live is over, not only the socket
     */
    private record Closing(String reason, boolean liveEnded) {
        static final Closing LIVE_ENDED = new Closing("live_ended", true);
    }

    private Closing read(WebcastConnection connection) throws InterruptedException {
        long patience = settings.webcast().silence().toNanos();
        long lastMessage = System.nanoTime();
        while (true) {
            var inbound = connection.next(TICK);
            publisher.settle();
            switch (inbound) {
                case Inbound.Messages frame -> {
                    lastMessage = System.nanoTime();
                    if (publish(frame, connection)) {
                        return Closing.LIVE_ENDED;
                    }
                }
                case Inbound.Sign _ -> heard(clock.instant());
                case Inbound.Damaged damaged -> damaged(damaged.damage());
                case Inbound.Nothing _ -> tick(clock.instant());
                case Inbound.Closed closed -> {
                    failed(CONNECTION_CLOSED, closed.reason());
                    return new Closing(closed.reason(), false);
                }
            }
            if (System.nanoTime() - lastMessage > patience) {
                lastMessage = System.nanoTime();
                if (client.ended(room)) {
                    return Closing.LIVE_ENDED;
                }
            }
        }
    }

    private boolean publish(Inbound.Messages frame, WebcastConnection connection)
            throws InterruptedException {
        heard(frame.receivedAt());
        counters.messages.add(frame.messages().size());
        tick(frame.receivedAt());
        var outcome = events.of(frame.messages(), frame.receivedAt());
        counters.ignored.add(outcome.ignored());
        counters.corrupt.add(outcome.corrupt());
        counters.duplicates.add(outcome.duplicate());
        outcome.unknown().forEach(counters::unknown);
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
        publisher.publish(
                outcome, Hops.micros(frame.receivedAt()), () -> connection.acknowledge(frame));
        return outcome.ended();
    }

    private void heard(Instant at) {
        health.frame(at);
        gaps.heard(at);
    }

    /** What happens because nothing does. */
    private void tick(Instant now) throws InterruptedException {
        publisher.publish(events.overdue(now), Hops.micros(now), () -> {});
        publisher.takeLost().ifPresent(at -> gaps.missed(MissedWhy.UNPUBLISHED, at));
        tell(gaps.due(now), now);
    }

    private void tell(Optional<EventsMissed> gap, Instant now) throws InterruptedException {
        if (gap.isPresent()) {
            counters.gaps.increment();
            publisher.publish(events.missed(gap.get(), now), Hops.micros(now), () -> {});
            LOG.log(
                    Level.INFO,
                    "livestream={0} gap={1} from={2} until={3}",
                    livestream.id(),
                    gap.get().reason(),
                    gap.get().from(),
                    gap.get().until());
        }
    }

    /** Said once per kind and session: whoever sends rubbish may send much of it. */
    private void damaged(Damage damage) {
        var now = clock.instant();
        health.frame(now);
        counters.damaged(damage);
        gaps.missed(MissedWhy.DAMAGED, now);
        if (reported.add(damage)) {
            LOG.log(
                    Level.WARNING,
                    "livestream={0} frame=dropped why={1}",
                    livestream.id(),
                    damage.name().toLowerCase(Locale.ROOT));
        }
    }

    private void opened(WebcastConnection connection, UUID connectionId) {
        var at = clock.instant();
        health.opened(connection.mode(), at);
        recorder.write(() -> store.opened(livestream.id(), connectionId, connection.mode(), at));
        LOG.log(
                Level.INFO,
                "livestream={0} user={1} room={2} status=live way={3}",
                livestream.id(),
                room.username(),
                livestream.roomId(),
                connection.mode());
    }

    private void closed(UUID connectionId, String reason, long frames, long messages) {
        var at = clock.instant();
        health.closed();
        recorder.write(
                () -> store.closed(livestream.id(), connectionId, reason, at, frames, messages));
        LOG.log(
                Level.INFO,
                "livestream={0} socket=closed why=\"{1}\" messages={2,number,#}",
                livestream.id(),
                reason,
                messages);
    }

    private void failed(String code, String detail) {
        health.failed(code, detail);
        LOG.log(
                Level.WARNING,
                "livestream={0} connecting=failed code={1} detail=\"{2}\"",
                livestream.id(),
                code,
                detail);
    }
}
