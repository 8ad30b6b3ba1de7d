package io.streamwire.ingest;

import io.streamwire.bus.Bus;
import io.streamwire.contract.Ids;
import io.streamwire.ingest.recording.RecordingReader;
import io.streamwire.service.Page;
import io.streamwire.service.Problem;
import io.streamwire.service.Round;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All replays: begins them, writes their progress down, and ends those whose instance is gone. A
 * replay is not taken over: half of it twice would be worse than half of it.
 */
final class Replays implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Replays.class.getName());
    private static final Duration PROGRESS = Duration.ofSeconds(1);

    private final RecordingSettings settings;
    private final ReplayStore store;
    private final LivestreamStore livestreams;
    private final Recorder recorder;
    private final Bus bus;
    private final InstantSource clock;
    private final String instance;
    private final Map<UUID, ReplaySession> sessions = new ConcurrentHashMap<>();
    private final List<AutoCloseable> parts = new ArrayList<>();
    private volatile boolean closing;

    Replays(
            RecordingSettings settings,
            ReplayStore store,
            LivestreamStore livestreams,
            Recorder recorder,
            Bus bus,
            InstantSource clock,
            String instance) {
        this.settings = settings;
        this.store = store;
        this.livestreams = livestreams;
        this.recorder = recorder;
        this.bus = bus;
        this.clock = clock;
        this.instance = instance;
    }

    void start() {
        parts.add(bus.listen(Livestreams.ENDED, this::ended));
        parts.add(Round.every(PROGRESS, "replays", this::round));
    }

    /** The replay that a request made earlier. */
    Optional<Replay> earlier(UUID workspaceId, String idempotencyKey) {
        return store.find(workspaceId, id(workspaceId, Optional.of(idempotencyKey)));
    }

    private static UUID id(UUID workspaceId, Optional<String> idempotencyKey) {
        return idempotencyKey
                .map(key -> Ids.keyed(workspaceId, "replays", key))
                .orElseGet(Ids::next);
    }

    /**
     * Requires that the workspace may play another recording now.
     *
     * @throws Problem 409 replay_limit
     */
    void requireRoom(UUID workspaceId) {
        if (store.countRunning(workspaceId) >= settings.replays()) {
            throw Problem.conflict(
                    "replay_limit",
                    "The workspace plays %d recordings already: stop one."
                            .formatted(settings.replays()));
        }
    }

    /**
     * Plays a recording.
     *
     * @param reader at its beginning; is closed at the end, but not when this fails
     */
    Replay begin(
            Recording recording,
            RecordingReader reader,
            Replay.Speed speed,
            Optional<String> idempotencyKey) {
        var workspaceId = recording.workspaceId();
        var id = id(workspaceId, idempotencyKey);
        var lease =
                bus.hold(workspaceId, "livestream:" + id, instance, () -> lost(id))
                        .orElseThrow(() ->
                                Problem.conflict("replay_changed", "It has just been started."));
        var replay =
                new Replay(
                        id,
                        workspaceId,
                        recording.id(),
                        speed,
                        Livestream.Status.LIVE,
                        null,
                        clock.instant(),
                        null,
                        0,
                        recording.durationMs(),
                        0);
        var session =
                new ReplaySession(
                        replay,
                        reader,
                        lease,
                        settings.maxUnpacked(),
                        clock,
                        reason -> over(id, reason));
        sessions.put(id, session); // first, or it would count as abandoned
        try {
            store.create(id, recording, speed);
        } catch (RuntimeException e) {
            sessions.remove(id);
            session.letGo();
            throw e;
        }
        session.start();
        LOG.log(
                Level.INFO,
                "replay={0} recording={1} speed={2} status=live",
                id,
                recording.id(),
                speed.json());
        return replay;
    }

    /**
     * One replay of a workspace, with its progress when it runs here.
     *
     * @throws Problem 404 not_found
     */
    Replay find(UUID workspaceId, UUID id) {
        return store.find(workspaceId, id)
                .map(this::now)
                .orElseThrow(() -> Problem.notFound("not_found", "There is no such replay."));
    }

    /** A page of them, with the progress of those that run here. */
    List<Replay> list(UUID workspaceId, Page page) {
        return store.list(workspaceId, page).stream().map(this::now).toList();
    }

    private Replay now(Replay stored) {
        var session = sessions.get(stored.livestreamId());
        return session == null
                ? stored
                : new Replay(
                        stored.livestreamId(),
                        stored.workspaceId(),
                        stored.recordingId(),
                        stored.speed(),
                        stored.status(),
                        stored.endReason(),
                        stored.startedAt(),
                        stored.endedAt(),
                        session.positionMs(),
                        stored.durationMs(),
                        session.published());
    }

    private void over(UUID id, String reason) {
        recorder.write(() -> {
            var session = sessions.get(id);
            if (session == null) {
                return;
            }
            store.progressed(id, session.positionMs(), session.published());
            var why = reason.isEmpty() ? "interrupted" : reason;
            livestreams.end(id, why, clock.instant()); // unless somebody disconnected it
            session.letGo();
            sessions.remove(id);
            LOG.log(Level.INFO, "replay={0} status=ended why={1}", id, why);
        });
    }

    private void lost(UUID id) {
        var session = sessions.get(id);
        if (session != null) {
            LOG.log(Level.WARNING, "replay={0} lease=lost", id);
            session.stop();
        }
    }

    /** Somebody ended a livestream, perhaps at another instance. */
    private void ended(String id) {
        sessions.values().stream()
                .filter(session -> session.id().toString().equals(id))
                .forEach(ReplaySession::stop);
    }

    private void round() {
        for (var session : sessions.values()) {
            store.progressed(session.id(), session.positionMs(), session.published());
        }
        var begun = sessions.values().stream().filter(ReplaySession::started).toList();
        var running = store.running();
        for (var replay : running) {
            if (!closing && !sessions.containsKey(replay.livestreamId())) {
                endAbandoned(replay);
            }
        }
        for (var session : begun) {
            if (running.stream().noneMatch(one -> one.livestreamId().equals(session.id()))) {
                stopIfEnded(session);
            }
        }
    }

    private void endAbandoned(Replay replay) {
        var id = replay.livestreamId();
        bus.hold(replay.workspaceId(), "livestream:" + id, instance, () -> {})
                .ifPresent(lease -> {
                    try (lease) {
                        if (!sessions.containsKey(id)) {
                            livestreams.end(id, "interrupted", clock.instant());
                            LOG.log(Level.INFO, "replay={0} status=ended why=interrupted", id);
                        }
                    }
                });
    }

    private void stopIfEnded(ReplaySession session) {
        var replay = session.replay();
        if (livestreams
                .find(replay.workspaceId(), replay.livestreamId())
                .filter(now -> !now.ended())
                .isEmpty()) {
            session.stop();
        }
    }

    /** Ends the replays that run here. */
    @Override
    public void close() {
        closing = true;
        for (var part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.log(Level.WARNING, "replays=deaf", e);
            }
        }
        sessions.values().forEach(ReplaySession::stop);
        sessions.values().forEach(ReplaySession::join);
    }
}
