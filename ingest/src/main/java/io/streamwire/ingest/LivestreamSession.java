package io.streamwire.ingest;

import io.streamwire.bus.BusException;
import io.streamwire.bus.Lease;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.ingest.LivestreamStatus.LastError;
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
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

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
    private final Counters counters = new Counters();
    private final Set<Damage> reported = EnumSet.noneOf(Damage.class);
    private final Runnable onOver;
    private final Thread thread;
    private volatile @Nullable LastError lastError;
    private volatile @Nullable Instant since;
    private volatile @Nullable Instant retryAt;
    private volatile @Nullable String mode;
    private volatile boolean over;

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
        var status =
                over
                        ? Livestream.Status.ENDED
                        : since == null ? Livestream.Status.CONNECTING : Livestream.Status.LIVE;
        return new LivestreamStatus(
                livestream.id(),
                livestream.username(),
                livestream.roomId(),
                status,
                mode,
                since,
                retryAt,
                lastError,
                counters.snapshot());
    }

    private void run() {
        try {
            events.restore(publisher.restore());
            follow();
            over = true;
            var now = clock.instant();
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

    /** Returns when the live has ended. */
    private void follow() throws InterruptedException {
        boolean known = livestream.connectedAt() == null;
        var pause = settings.firstPause();
        while (true) {
            if (!known && client.ended(room)) {
                return;
            }
            known = false;
            long before = counters.messages.sum();
            var wait = Duration.ZERO;
            try (var connection = client.connect(room)) {
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
                pause = settings.firstPause();
            }
            var jittered =
                    Duration.ofNanos(
                            ThreadLocalRandom.current()
                                    .nextLong(pause.toNanos() / 2, pause.toNanos() + 1));
            pause(wait.compareTo(jittered) > 0 ? wait : jittered);
            var longer = pause.multipliedBy(2);
            pause = longer.compareTo(settings.lastPause()) < 0 ? longer : settings.lastPause();
        }
    }

    private static void requireUninterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private void pause(Duration pause) throws InterruptedException {
        long until = System.nanoTime() + pause.toNanos();
        retryAt = clock.instant().plus(pause);
        for (long left = pause.toNanos(); left > 0; left = until - System.nanoTime()) {
            Thread.sleep(Duration.ofNanos(Math.min(left, TICK.toNanos())));
            publisher.settle();
            endStreaks(clock.instant());
        }
        retryAt = null;
    }

    /** Reads a socket until it closes; true when the live has ended. */
    private boolean attend(WebcastConnection connection) throws InterruptedException {
        var connectionId = Ids.next();
        long frames = counters.frames.sum();
        long messages = counters.messages.sum();
        opened(connection, connectionId);
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
                case Inbound.Sign _ -> counters.frames.increment();
                case Inbound.Damaged damaged -> damaged(damaged.damage());
                case Inbound.Nothing _ -> endStreaks(clock.instant());
                case Inbound.Closed closed -> {
                    failed("connection_closed", closed.reason());
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
        counters.frames.increment();
        counters.messages.add(frame.messages().size());
        endStreaks(frame.receivedAt());
        var outcome = events.of(frame.messages(), frame.receivedAt());
        counters.ignored.add(outcome.ignored());
        counters.corrupt.add(outcome.corrupt());
        counters.duplicates.add(outcome.duplicate());
        if (outcome.corrupt() > 0) {
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

    private void endStreaks(Instant now) throws InterruptedException {
        var overdue = events.overdue(now);
        publisher.publish(overdue, Hops.micros(now), () -> {});
    }

    /** Said once per kind and session: whoever sends rubbish may send much of it. */
    private void damaged(Damage damage) {
        counters.frames.increment();
        counters.damaged(damage);
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
        counters.connects.increment();
        mode = connection.mode();
        since = at;
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
        mode = null;
        since = null;
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
        lastError = new LastError(code, detail, clock.instant());
        LOG.log(
                Level.WARNING,
                "livestream={0} connecting=failed code={1} detail=\"{2}\"",
                livestream.id(),
                code,
                detail);
    }
}
