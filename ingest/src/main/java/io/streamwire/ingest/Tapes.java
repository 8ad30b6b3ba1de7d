package io.streamwire.ingest;

import static java.util.stream.Collectors.toSet;

import io.helidon.dbclient.DbClientException;
import io.streamwire.bus.Bus;
import io.streamwire.ingest.recording.RecordingException;
import io.streamwire.ingest.recording.RecordingHeader;
import io.streamwire.ingest.recording.RecordingSummary;
import io.streamwire.service.Round;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The recordings that are made here: of each livestream that this instance follows and that is to
 * be recorded. What is wanted stands in PostgreSQL; a round compares it with the tapes that run.
 */
final class Tapes implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Tapes.class.getName());
    private static final String CHANGED = "recordings-changed";
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** When the file of what is to end is nowhere for so long it is lost. */
    private static final Duration LOST_AFTER = Duration.ofMinutes(10);

    private final RecordingSettings settings;
    private final IngestSettings ingest;
    private final RecordingStore store;
    private final RecordingFiles files;
    private final Recorder recorder;
    private final Bus bus;
    private final InstantSource clock;
    private final String instance;
    private final Map<UUID, TapeHead> heads = new ConcurrentHashMap<>(); // by livestream
    private final Map<UUID, Tape> tapes = new ConcurrentHashMap<>(); // by recording
    private final Map<UUID, Instant> homeless =
            new ConcurrentHashMap<>(); // files that are elsewhere
    private final Set<UUID> finishing = ConcurrentHashMap.newKeySet();
    private final List<AutoCloseable> parts = new ArrayList<>();
    private @Nullable Round round;
    private volatile boolean closing;

    Tapes(
            RecordingSettings settings,
            IngestSettings ingest,
            RecordingStore store,
            RecordingFiles files,
            Recorder recorder,
            Bus bus,
            InstantSource clock,
            String instance) {
        this.settings = settings;
        this.ingest = ingest;
        this.store = store;
        this.files = files;
        this.recorder = recorder;
        this.bus = bus;
        this.clock = clock;
        this.instance = instance;
    }

    void start() {
        var begun = Round.every(ingest.scan(), "tapes", this::compare);
        round = begun;
        parts.add(begun);
        parts.add(bus.listen(CHANGED, _ -> begun.soon()));
    }

    /** What is wanted has changed: looks at once, and so does every instance. */
    void changed() {
        if (round != null) {
            round.soon();
        }
        bus.announce(CHANGED, instance);
    }

    /** Somebody here follows a livestream from now on; it is recorded at once if it is to. */
    void follow(Livestream livestream, TapeHead head) {
        heads.put(livestream.id(), head);
        try {
            store.running(livestream.workspaceId(), livestream.id())
                    .ifPresent(recording -> compare(recording, Optional.empty()));
        } catch (DbClientException e) {
            LOG.log(Level.DEBUG, "livestream={0} recording=later", livestream.id());
        }
    }

    /** Nobody here does any more. Others may go on with its recording. */
    void leave(UUID livestreamId) {
        heads.remove(livestreamId);
        if (round != null) {
            round.soon();
        }
    }

    private void compare() {
        var before = Set.copyOf(tapes.keySet());
        var running = store.running();
        var wanted = running.stream().map(one -> one.recording().id()).collect(toSet());
        for (var one : running) {
            compare(one.recording(), one.over());
        }
        tapes.forEach((id, tape) -> {
            if (before.contains(id) && !wanted.contains(id)) {
                tape.end("stopped"); // elsewhere it counts as ended
            }
            if (tape.summary().bytes() > 0) {
                store.grew(id, tape.summary());
            }
        });
        homeless.keySet().retainAll(wanted);
    }

    /**
     * @param over why its livestream has ended
     */
    private synchronized void compare(Recording recording, Optional<String> over) {
        var livestreamId = recording.livestreamId();
        if (closing || livestreamId == null) {
            return;
        }
        var head = heads.get(livestreamId);
        var tape = tapes.get(recording.id());
        boolean stopping = recording.state() == Recording.State.STOPPING;
        if (tape != null && head != null) {
            head.insert(tape); // it may be that of a new session
        }
        if (tape == null && head != null && !stopping) {
            open(recording, head);
        } else if (stopping || (head == null && over.isPresent())) {
            end(recording, tape, stopping ? "stopped" : over.orElse("live_ended"));
        } else if (tape != null && head == null) {
            tapes.remove(recording.id());
            tape.suspend();
        }
    }

    private void end(Recording recording, @Nullable Tape tape, String reason) {
        if (tape != null) {
            tape.end(reason);
        } else if (finishing.add(recording.id())) {
            Thread.startVirtualThread(() -> finish(recording, reason));
        }
    }

    /** Nothing here waits for the disk: the tape's thread does. */
    private void open(Recording recording, TapeHead head) {
        var id = recording.id();
        // An ended tape is forgotten after its end is written: what was read before may be old.
        if (store.find(recording.workspaceId(), id)
                .filter(now -> now.state() == Recording.State.RECORDING)
                .isEmpty()) {
            return;
        }
        var usage = store.usage(recording.workspaceId());
        var limits =
                new Tape.Limits(
                        settings.file(),
                        settings.maxBytes(),
                        settings.totalBytes() - usage.bytes() + recording.bytes(),
                        settings.buffer(),
                        settings.minFree(),
                        settings.maxUnpacked());
        var header = header(recording, head);
        boolean begun = recording.instance() != null;
        var tape =
                Tape.start(
                        id, () -> files.write(id, header, begun), limits, new TapeOwner(recording));
        tapes.put(id, tape);
        head.insert(tape);
    }

    /** Writes down what a tape tells, when PostgreSQL takes it. */
    private final class TapeOwner implements Tape.Owner {
        private final UUID id;
        private final @Nullable UUID livestreamId;

        TapeOwner(Recording recording) {
            this.id = recording.id();
            this.livestreamId = recording.livestreamId();
        }

        @Override
        public void began(Instant startedAt) {
            recorder.write(() -> store.began(id, instance, startedAt));
            LOG.log(Level.INFO, "recording={0} livestream={1} state=recording", id, livestreamId);
        }

        @Override
        public void ended(String reason, RecordingSummary summary) {
            recorder.write(() -> {
                end(id, reason, summary);
                var tape = tapes.remove(id);
                var head = livestreamId == null ? null : heads.get(livestreamId);
                if (tape != null && head != null) {
                    head.eject(tape);
                }
            });
        }
    }

    private RecordingHeader header(Recording recording, TapeHead head) {
        var header =
                RecordingHeader.of(
                        recording.username(),
                        recording.roomId(),
                        clock.instant(),
                        ingest.streakTimeout().toMillis());
        return head.createdAt().equals(recording.createdAt()) ? header : header.ofJoined();
    }

    /** Makes the file of a recording whole that nobody makes any more, when it is here. */
    private void finish(Recording recording, String reason) {
        var id = recording.id();
        try {
            if (files.has(id)) {
                end(id, reason, files.finish(id));
                return;
            }
            var since = homeless.computeIfAbsent(id, _ -> clock.instant());
            if (recording.instance() == null) {
                end(id, reason, null);
            } else if (since.plus(LOST_AFTER).isBefore(clock.instant())) {
                end(id, "lost", null);
            }
        } catch (RecordingException e) {
            end(id, "disk_failed", null);
        } catch (IOException | DbClientException e) {
            LOG.log(Level.DEBUG, "recording={0} finished=no reason={1}", id, e.getMessage());
        } finally {
            finishing.remove(id);
        }
    }

    private void end(UUID id, String reason, @Nullable RecordingSummary summary) {
        if (summary != null && summary.bytes() > 0) {
            store.grew(id, summary);
        }
        store.end(id, reason, clock.instant());
        LOG.log(Level.INFO, "recording={0} state=ended why={1}", id, reason);
    }

    /** Lets go of all files, so that others, or the next start, go on with them. */
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
        }
        for (var part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.log(Level.WARNING, "tapes=deaf", e);
            }
        }
        tapes.values().forEach(Tape::suspend);
        tapes.values().forEach(tape -> tape.join(PATIENCE));
    }
}
