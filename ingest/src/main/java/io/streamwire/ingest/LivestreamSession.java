package io.streamwire.ingest;

import io.streamwire.bus.BusException;
import io.streamwire.bus.Lease;
import io.streamwire.contract.Ids;
import io.streamwire.ingest.webcast.Inbound;
import io.streamwire.ingest.webcast.Room;
import io.streamwire.ingest.webcast.WebcastClient;
import io.streamwire.ingest.webcast.WebcastConnection;
import io.streamwire.ingest.webcast.WebcastException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
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
    private static final String NO_MESSAGES = "no messages";
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
    private final LivestreamHealth health;
    private final Counters counters;
    private final LivestreamFlow flow;
    private final TapeHead tape;
    private final Backoff backoff;
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
            UnknownMessages unknown,
            Runnable onOver) {
        this.livestream = livestream;
        this.tape = new TapeHead(livestream.createdAt());
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
        this.flow =
                new LivestreamFlow(
                        livestream, lease, settings.streakTimeout(), clock, health, unknown);
        this.backoff = new Backoff(settings.firstPause(), settings.lastPause());
        this.thread = Thread.ofVirtual().name("livestream-" + livestream.id()).unstarted(this::run);
    }

    Livestream livestream() {
        return livestream;
    }

    /** Where a recording of it is put in. */
    TapeHead tape() {
        return tape;
    }

    void start() {
        thread.start();
    }

    /** Nothing is remembered any more of what a viewer gave. */
    void forget(String viewerId) {
        flow.forget(viewerId);
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
            flow.restore();
            follow();
            health.over();
            var now = clock.instant();
            tape.ended(now);
            flow.over(now);
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
     * last the next time; sockets that open and soon close again are opened more and more rarely.
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
            long began = System.nanoTime();
            boolean first = barren.isEmpty();
            try (var connection = client.connect(room, barren)) {
                barren = connection.mode();
                if (attend(connection, first && client.hasOtherWay())) {
                    return;
                }
            } catch (WebcastException e) {
                requireUninterrupted();
                failed(e.code().name().toLowerCase(Locale.ROOT), e.detail());
                wait = e.retryAfter().orElse(Duration.ZERO);
            }
            requireUninterrupted();
            if (counters.messages.sum() > before) {
                barren = "";
                if (System.nanoTime() - began > settings.lastPause().toNanos()) {
                    backoff.reset();
                }
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
            flow.settle();
            tick(clock.instant());
        }
        health.retriesAt(null);
    }

    /**
     * Reads a socket until it closes; true when the live has ended.
     *
     * @param impatient leave it when it brings nothing but heartbeats: another way may bring more
     */
    private boolean attend(WebcastConnection connection, boolean impatient)
            throws InterruptedException {
        var connectionId = Ids.next();
        long frames = counters.frames.sum();
        long messages = counters.messages.sum();
        opened(connection, connectionId);
        var now = clock.instant();
        tape.opened(now, connection.mode());
        flow.opened(now);
        var reason = "stopped";
        try {
            var closing = read(connection, impatient);
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

    private Closing read(WebcastConnection connection, boolean impatient)
            throws InterruptedException {
        long before = counters.messages.sum();
        long patience = settings.webcast().silence().toNanos();
        long lastMessage = System.nanoTime();
        while (true) {
            var inbound = connection.next(TICK);
            var now = clock.instant();
            tape.heard(inbound, connection.raw(), now);
            flow.settle();
            switch (inbound) {
                case Inbound.Messages frame -> {
                    lastMessage = System.nanoTime();
                    if (flow.messages(frame, () -> connection.acknowledge(frame))) {
                        return Closing.LIVE_ENDED;
                    }
                }
                case Inbound.Sign _ -> flow.sign(now);
                case Inbound.Damaged it -> flow.damaged(it.damage(), now);
                case Inbound.Nothing _ -> {}
                case Inbound.Closed closed -> {
                    failed(CONNECTION_CLOSED, closed.reason());
                    return new Closing(closed.reason(), false);
                }
            }
            tick(clock.instant());
            if (System.nanoTime() - lastMessage > patience) {
                lastMessage = System.nanoTime();
                if (client.ended(room)) {
                    return Closing.LIVE_ENDED;
                }
                if (impatient && counters.messages.sum() == before) {
                    failed(CONNECTION_CLOSED, NO_MESSAGES);
                    return new Closing(NO_MESSAGES, false);
                }
            }
        }
    }

    private void tick(Instant now) throws InterruptedException {
        if (flow.tick(now)) {
            tape.ticked(now);
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
        tape.closed(at, reason);
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
