package io.streamwire.ingest;

import io.streamwire.bus.BusException;
import io.streamwire.bus.Lease;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent;
import io.streamwire.ingest.recording.Recorded;
import io.streamwire.ingest.recording.RecordingException;
import io.streamwire.ingest.recording.RecordingReader;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Plays one recording onto the bus, on a virtual thread of its own. Its events are marked as
 * simulated, and their ids are derived from the replay's own, so that a second replay is not taken
 * for the first one come twice.
 */
final class ReplaySession {

    private static final Logger LOG = System.getLogger(ReplaySession.class.getName());
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final Replay replay;
    private final RecordingReader reader;
    private final Rehearsal rehearsal;
    private final Lease lease;
    private final Publisher publisher;
    private final Counters counters = new Counters();
    private final InstantSource clock;
    private final Consumer<String> onOver;
    private final Thread thread;
    private volatile long positionMs;
    private volatile boolean started;

    /**
     * @param reader is closed at the end
     * @param onOver is told why it ended; empty when it was stopped from outside
     */
    ReplaySession(
            Replay replay,
            RecordingReader reader,
            Lease lease,
            int maxUnpacked,
            InstantSource clock,
            Consumer<String> onOver) {
        this.replay = replay;
        this.reader = reader;
        this.lease = lease;
        this.clock = clock;
        this.onOver = onOver;
        this.rehearsal =
                new Rehearsal(
                        reader.header(), replay.workspaceId(), replay.livestreamId(), maxUnpacked);
        this.publisher =
                new Publisher(
                        lease,
                        replay.workspaceId(),
                        replay.livestreamId(),
                        "replay-" + replay.livestreamId(),
                        clock,
                        counters);
        this.thread = Thread.ofVirtual().name("replay-" + id()).unstarted(this::run);
    }

    UUID id() {
        return replay.livestreamId();
    }

    Replay replay() {
        return replay;
    }

    void start() {
        thread.start();
        started = true;
    }

    boolean started() {
        return started;
    }

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

    /** How much of the recording was played. */
    long positionMs() {
        return positionMs;
    }

    /** Events that are on the bus. */
    long published() {
        return counters.published.sum();
    }

    private void run() {
        var reason = "";
        try (reader) {
            play();
            reason = "replay_ended";
        } catch (InterruptedException e) {
            LOG.log(Level.INFO, "replay={0} session=stopped", id());
        } catch (BusException.LeaseLost e) {
            LOG.log(Level.WARNING, "replay={0} session=lost", id());
        } catch (RecordingException | IOException e) {
            reason = "replay_failed";
            LOG.log(Level.WARNING, "replay={0} reading=failed why=\"{1}\"", id(), e.getMessage());
        } catch (RuntimeException e) {
            reason = "replay_failed";
            LOG.log(Level.ERROR, "replay=" + id() + " session=failed", e);
        } finally {
            onOver.accept(reason);
        }
    }

    /** After the end is written down, so that nobody takes it for one that was left alone. */
    void letGo() {
        try {
            lease.close();
        } catch (BusException e) {
            LOG.log(Level.DEBUG, "replay={0} lease=expires", id());
        }
    }

    private void play() throws IOException, InterruptedException {
        long begin = System.nanoTime();
        for (var record = reader.next(); record != null; record = reader.next()) {
            var since = Duration.between(reader.header().startedAt(), record.at());
            await(begin, since);
            publish(rehearsal.step(record));
            positionMs = Math.max(positionMs, since.toMillis());
            if (record instanceof Recorded.Ended) {
                break;
            }
        }
        publish(rehearsal.rest());
        publisher.drain();
    }

    private void await(long begin, Duration since) throws InterruptedException {
        int times = replay.speed().times();
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (times == 0) {
            return;
        }
        long due = begin + since.toNanos() / times;
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            Thread.sleep(Duration.ofNanos(left));
        }
    }

    private void publish(List<Events.Outcome> outcomes) throws InterruptedException {
        for (var outcome : outcomes) {
            var marked = outcome.pending().stream().map(this::marked).toList();
            publisher.publish(
                    Events.Outcome.of(marked, Map.of()), Hops.micros(clock.instant()), () -> {});
        }
        publisher.settle();
    }

    private Events.Pending marked(Events.Pending pending) {
        var event = pending.event();
        return new Events.Pending(
                pending.key(),
                new LiveEvent(
                        Ids.derived("replayed", id().toString(), pending.key()),
                        event.livestreamId(),
                        event.workspaceId(),
                        event.msgId(),
                        event.ts(),
                        event.receivedAt(),
                        event.historical(),
                        true,
                        event.user(),
                        event.counters(),
                        event.payload()));
    }
}
