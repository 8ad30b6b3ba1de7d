package io.streamwire.ingest;

import io.streamwire.bus.Bus;
import io.streamwire.contract.Ids;
import io.streamwire.service.Problem;
import io.streamwire.service.Round;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * What callers want of recordings. They only change what stands in PostgreSQL; whoever follows the
 * livestream does the rest, and they wait a moment for it.
 */
final class Recordings implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Recordings.class.getName());
    static final String DELETED = "recording-deleted";
    private static final Duration HOUSEKEEPING = Duration.ofHours(1);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private final RecordingSettings settings;
    private final RecordingStore store;
    private final RecordingFiles files;
    private final Tapes tapes;
    private final Bus bus;
    private final InstantSource clock;
    private final List<AutoCloseable> parts = new ArrayList<>();

    Recordings(
            RecordingSettings settings,
            RecordingStore store,
            RecordingFiles files,
            Tapes tapes,
            Bus bus,
            InstantSource clock) {
        this.settings = settings;
        this.store = store;
        this.files = files;
        this.tapes = tapes;
        this.bus = bus;
        this.clock = clock;
    }

    void start() {
        parts.add(bus.listen(DELETED, this::deleteFile));
        parts.add(Round.every(HOUSEKEEPING, "recordings-housekeeping", this::clean));
    }

    /**
     * Requires that the workspace may have another recording.
     *
     * @throws Problem 409 recording_limit
     */
    void requireRoom(UUID workspaceId) {
        var usage = store.usage(workspaceId);
        if (usage.count() >= settings.count() || usage.bytes() >= settings.totalBytes()) {
            throw Problem.conflict(
                    "recording_limit",
                    "The workspace has %d recordings of %d MiB together: delete some."
                            .formatted(usage.count(), usage.bytes() >> 20));
        }
    }

    /** A recording and whether it is new. */
    record Begun(Recording recording, boolean created) {}

    /**
     * Wants a livestream recorded; the one that runs when it is already.
     *
     * @throws Problem 409 livestream_ended or recording_limit
     */
    Begun begin(Livestream livestream, Optional<String> idempotencyKey) {
        var workspaceId = livestream.workspaceId();
        var id = idempotencyKey.map(key -> Ids.keyed(workspaceId, "recordings", key));
        var known =
                id.flatMap(given -> store.find(workspaceId, given))
                        .or(() -> store.running(workspaceId, livestream.id()));
        if (known.isPresent()) {
            return new Begun(known.get(), false);
        }
        if (livestream.ended() || livestream.kind() == Livestream.Kind.REPLAY) {
            throw Problem.conflict("livestream_ended", "Only what is live can be recorded.");
        }
        requireRoom(workspaceId);
        var created = store.create(id.orElseGet(Ids::next), livestream);
        if (created.isEmpty()) {
            return new Begun(
                    store.running(workspaceId, livestream.id())
                            .orElseThrow(() ->
                                    Problem.conflict(
                                            "recording_changed",
                                            "The recording has just changed: try again.")),
                    false);
        }
        LOG.log(
                Level.INFO,
                "recording={0} livestream={1} wanted=yes",
                created.get().id(),
                livestream.id());
        return new Begun(created.get(), true);
    }

    /** Tells whoever follows the livestream, and waits a moment until it is being recorded. */
    Recording awaitBegin(Recording recording) {
        tapes.changed();
        return await(recording, now -> now.ended() || now.startedAt() != null);
    }

    /** Ends a recording; one that has ended stays as it is. */
    Recording stop(UUID workspaceId, UUID id) {
        var recording = find(workspaceId, id);
        if (recording.ended()) {
            return recording;
        }
        store.stopping(workspaceId, id);
        tapes.changed();
        return await(recording, Recording::ended);
    }

    private Recording await(Recording recording, Predicate<Recording> condition) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        var now = find(recording.workspaceId(), recording.id());
        try {
            while (!condition.test(now) && System.nanoTime() < until) {
                Thread.sleep(LOOK_AGAIN);
                now = find(recording.workspaceId(), recording.id());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return now;
    }

    /**
     * One recording of a workspace.
     *
     * @throws Problem 404 not_found
     */
    Recording find(UUID workspaceId, UUID id) {
        return store.find(workspaceId, id)
                .orElseThrow(() -> Problem.notFound("not_found", "There is no such recording."));
    }

    /**
     * Deletes one, and its file wherever it is.
     *
     * @throws Problem 404 not_found, 409 recording_runs
     */
    void delete(UUID workspaceId, UUID id) {
        var _ = find(workspaceId, id);
        if (!store.delete(workspaceId, id)) {
            throw Problem.conflict("recording_runs", "Stop the recording first.");
        }
        files.deleteUnless(id, store::exists);
        bus.announce(DELETED, id.toString());
        LOG.log(Level.INFO, "recording={0} deleted=yes", id);
    }

    private void clean() {
        store.deleteOlder(clock.instant().minus(settings.retention()));
        files.sweep(store::exists);
    }

    private void deleteFile(String id) {
        Thread.startVirtualThread(() -> files.deleteUnless(UUID.fromString(id), store::exists));
    }

    @Override
    public void close() {
        for (var part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.log(Level.WARNING, "recordings=deaf", e);
            }
        }
    }
}
