package io.streamwire.ingest;

import io.helidon.http.Status;
import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Script;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.ingest.webcast.Room;
import io.streamwire.ingest.webcast.WebcastClient;
import io.streamwire.ingest.webcast.WebcastException;
import io.streamwire.service.Listing;
import io.streamwire.service.Page;
import io.streamwire.service.Problem;
import io.streamwire.service.Round;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All livestreams: connects and disconnects them, and sees to it that each one that has not ended
 * is followed by exactly one instance, after a crash too. A thread of its own looks regularly for
 * those that nobody follows.
 */
final class Livestreams implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Livestreams.class.getName());
    static final String ENDED = "livestream-ended";
    private static final String FREED = "livestream-freed";
    private static final String FORGOTTEN = "viewer-forgotten";
    private static final Script FORGET = Script.of(Livestreams.class, "forget.lua");

    /** What is kept of older ones has gone by itself. */
    private static final int LAST_LIVESTREAMS = 200;

    private static final Duration STATUS_LIFE = Duration.ofSeconds(15);

    private final IngestSettings settings;
    private final LivestreamStore store;
    private final Recorder recorder;
    private final Recordings recordings;
    private final Tapes tapes;
    private final Bus bus;
    private final WebcastClient client;
    private final InstantSource clock;
    private final UnknownMessages unknown;
    private final String instance;
    private final StatusNews news;
    private final IngestMetrics metrics;
    private final Map<UUID, LivestreamSession> sessions = new ConcurrentHashMap<>();
    private final Set<UUID> changed = ConcurrentHashMap.newKeySet();
    private @Nullable Round scans;
    private volatile @Nullable Round tellings;
    private final List<AutoCloseable> listening = new ArrayList<>();
    private volatile boolean closing;

    Livestreams(
            IngestSettings settings,
            LivestreamStore store,
            Recorder recorder,
            Recordings recordings,
            Tapes tapes,
            Bus bus,
            WebcastClient client,
            InstantSource clock,
            UnknownMessages unknown,
            String instance,
            StatusNews news,
            IngestMetrics metrics) {
        this.settings = settings;
        this.store = store;
        this.recorder = recorder;
        this.recordings = recordings;
        this.tapes = tapes;
        this.bus = bus;
        this.client = client;
        this.clock = clock;
        this.unknown = unknown;
        this.instance = instance;
        this.news = news;
        this.metrics = metrics;
    }

    void start() {
        listening.add(bus.listen(ENDED, this::ended));
        listening.add(bus.listen(FORGOTTEN, this::forgotten));
        var round = Round.every(settings.scan(), "livestreams", this::scan);
        listening.add(bus.listen(FREED, _ -> round.soon()));
        scans = round;
        tellings = Round.every(settings.scan(), "livestream-statuses", this::tellStatuses);
    }

    /**
     * A livestream and whether it is new.
     *
     * @param created false when the workspace is connected to that user already
     */
    record Connected(Livestream livestream, boolean created) {}

    /**
     * Looks the room up and follows it.
     *
     * @param record whether it is to be recorded from its first frame, or from now on
     * @throws Problem 404 user_not_found or room_not_found, 409 user_offline, age_restricted or
     *     livestream_limit, 502 captcha_or_blocked or tiktok_unexpected, 504 tiktok_unreachable
     */
    Connected connect(
            UUID workspaceId, Wanted wanted, boolean record, Optional<String> idempotencyKey) {
        var id = idempotencyKey.map(key -> Ids.keyed(workspaceId, "livestreams", key));
        var known =
                id.flatMap(given -> store.find(workspaceId, given))
                        .or(() -> known(workspaceId, wanted));
        if (known.isPresent()) {
            return followed(known.get(), record);
        }
        if (record) {
            recordings.requireRoom(workspaceId);
        }
        if (store.active(workspaceId).size() >= settings.livestreams()) {
            throw Problem.conflict(
                    "livestream_limit",
                    "The workspace follows %d livestreams already: disconnect one."
                            .formatted(settings.livestreams()));
        }
        var room = find(wanted);
        var created =
                store.create(
                        id.orElseGet(Ids::next),
                        workspaceId,
                        room.username(),
                        room.id(),
                        record ? Optional.of(Ids.next()) : Optional.empty());
        if (created.isEmpty()) {
            var other =
                    store.active(workspaceId, room.username())
                            .orElseThrow(() ->
                                    Problem.conflict(
                                            "livestream_changed",
                                            "The livestream has just changed: try again."));
            return followed(other, record);
        }
        LOG.log(
                Level.INFO,
                "livestream={0} workspace={1} user={2} status=connecting",
                created.get().id(),
                workspaceId,
                room.username());
        take(created.get());
        news.changed(workspaceId);
        return new Connected(created.get(), true);
    }

    private Connected followed(Livestream livestream, boolean record) {
        if (record && !livestream.ended()) {
            var _ = recordings.begin(livestream, Optional.empty());
        }
        return new Connected(livestream, false);
    }

    private Optional<Livestream> known(UUID workspaceId, Wanted wanted) {
        return switch (wanted) {
            case Wanted.OfUser user -> store.active(workspaceId, user.username().name());
            case Wanted.OfRoom room -> {
                var roomId = Long.toString(room.roomId());
                yield store.active(workspaceId).stream()
                        .filter(livestream -> livestream.roomId().equals(roomId))
                        .findFirst();
            }
        };
    }

    private Room find(Wanted wanted) {
        try {
            return switch (wanted) {
                case Wanted.OfUser user ->
                        client.find(user.username().name(), settings.lookupPatience());
                case Wanted.OfRoom room ->
                        client.findRoom(room.roomId(), settings.lookupPatience());
            };
        } catch (WebcastException e) {
            LOG.log(
                    Level.INFO,
                    "lookup={0} failed={1} detail=\"{2}\"",
                    wanted,
                    e.code(),
                    e.detail());
            throw problem(e);
        }
    }

    private static Problem problem(WebcastException e) {
        var code = e.code().name().toLowerCase(Locale.ROOT);
        return switch (e.code()) {
            case USER_NOT_FOUND, ROOM_NOT_FOUND -> Problem.notFound(code, e.detail());
            case USER_OFFLINE, AGE_RESTRICTED -> Problem.conflict(code, e.detail());
            case TIKTOK_UNREACHABLE -> Problem.of(Status.GATEWAY_TIMEOUT_504, code, e.detail());
            default -> Problem.of(Status.BAD_GATEWAY_502, code, e.detail());
        };
    }

    /** Ends a livestream; one that has ended stays as it is. */
    Livestream disconnect(UUID workspaceId, UUID id) {
        var livestream = find(workspaceId, id);
        if (livestream.ended()) {
            return livestream;
        }
        store.end(id, "disconnected", clock.instant());
        bus.announce(ENDED, id.toString());
        var session = sessions.get(id);
        if (session != null) {
            session.stop();
            session.join();
        }
        LOG.log(Level.INFO, "livestream={0} status=ended why=disconnected", id);
        news.changed(workspaceId);
        return find(workspaceId, id);
    }

    /**
     * One livestream of a workspace.
     *
     * @throws Problem 404 not_found
     */
    Livestream find(UUID workspaceId, UUID id) {
        return store.find(workspaceId, id)
                .orElseThrow(() -> Problem.notFound("not_found", "There is no such livestream."));
    }

    Listing<Livestream> list(UUID workspaceId, Page page) {
        return Listing.cut(page, store.list(workspaceId, page), Livestream::id);
    }

    /** Those of a workspace that have not ended. */
    List<Livestream> active(UUID workspaceId) {
        return store.active(workspaceId);
    }

    /** From the instance that follows it, a few seconds old when that is another one. */
    LivestreamStatus status(Livestream livestream) {
        var idle = LivestreamStatus.idle(livestream);
        var session = sessions.get(livestream.id());
        if (livestream.ended()) {
            return idle;
        }
        if (session != null) {
            return session.status();
        }
        try {
            return bus.get(statusKey(livestream.id()))
                    .map(json -> Json.read(json, LivestreamStatus.class))
                    .orElse(idle);
        } catch (BusException e) {
            return idle;
        }
    }

    private static String statusKey(UUID id) {
        return "sw:livestream-status:" + id;
    }

    /**
     * Nothing is remembered any more of what a viewer gave, by whoever follows a livestream of the
     * workspace and of those that have ended.
     *
     * @throws BusException when that is not known to be so
     */
    void forget(UUID workspaceId, String viewerId) {
        bus.announce(FORGOTTEN, workspaceId + " " + viewerId);
        int partition = bus.partition(workspaceId);
        var states =
                store.list(workspaceId, new Page(LAST_LIVESTREAMS, null)).stream()
                        .map(livestream -> Publisher.state(partition, livestream.id()))
                        .toList();
        try {
            var _ = bus.call(FORGET, states, List.of(Totals.given(viewerId))).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof BusException failure) {
                throw failure;
            }
            throw e;
        }
    }

    /** At any instance. */
    private void forgotten(String news) {
        var words = news.split(" ", 2);
        sessions.values().stream()
                .filter(session -> session.livestream().workspaceId().toString().equals(words[0]))
                .forEach(session -> session.forget(words[words.length - 1]));
    }

    /** Somebody ended a livestream, perhaps at another instance. */
    private void ended(String id) {
        sessions.values().stream()
                .filter(session -> session.livestream().id().toString().equals(id))
                .forEach(LivestreamSession::stop);
    }

    private void scan() {
        takeAbandoned();
        stopEnded();
    }

    private void takeAbandoned() {
        for (var livestream : store.active()) {
            if (!sessions.containsKey(livestream.id())) {
                take(livestream);
            }
        }
    }

    private void stopEnded() {
        for (var session : sessions.values()) {
            var livestream = session.livestream();
            if (store.find(livestream.workspaceId(), livestream.id())
                    .filter(now -> !now.ended())
                    .isEmpty()) {
                session.stop();
            }
        }
    }

    /** One of ours: readers here know at once, those of other instances when it is told. */
    private void changed(Livestream livestream) {
        news.here(livestream.workspaceId());
        changed.add(livestream.workspaceId());
        var round = tellings;
        if (round != null) {
            round.soon();
        }
    }

    private void tellStatuses() {
        var told = Set.copyOf(changed);
        changed.removeAll(told);
        for (var session : sessions.values()) {
            bus.set(
                    statusKey(session.livestream().id()),
                    Json.write(session.status()),
                    STATUS_LIFE);
        }
        told.forEach(news::changed);
    }

    /** Follows a livestream unless somebody does. */
    private synchronized void take(Livestream livestream) {
        var id = livestream.id();
        if (closing || sessions.containsKey(id)) {
            return;
        }
        try {
            bus.hold(livestream.workspaceId(), "livestream:" + id, instance, () -> lost(id))
                    .ifPresent(lease -> {
                        var health = new LivestreamHealth(clock, () -> changed(livestream));
                        var session =
                                new LivestreamSession(
                                        livestream,
                                        lease,
                                        settings,
                                        client,
                                        store,
                                        recorder,
                                        clock,
                                        health,
                                        unknown,
                                        () -> released(livestream));
                        sessions.put(id, session);
                        metrics.held(id, health);
                        tapes.follow(livestream, session.tape());
                        session.start();
                    });
        } catch (BusException e) {
            LOG.log(
                    Level.WARNING,
                    "livestream={0} session=waiting reason=\"{1}\"",
                    id,
                    e.getMessage());
        }
    }

    private void released(Livestream livestream) {
        var id = livestream.id();
        sessions.remove(id);
        metrics.released(id);
        news.changed(livestream.workspaceId());
        tapes.leave(id);
        if (closing) {
            bus.announce(FREED, id.toString());
        }
    }

    private void lost(UUID id) {
        var session = sessions.get(id);
        if (session != null) {
            LOG.log(Level.WARNING, "livestream={0} lease=lost", id);
            session.stop();
        }
    }

    /** Lets go of all livestreams, so that others, or the next start, go on with them. */
    @Override
    public void close() {
        closing = true;
        for (var listener : listening) {
            try {
                listener.close();
            } catch (Exception e) {
                LOG.log(Level.WARNING, "livestreams=deaf", e);
            }
        }
        if (scans != null) {
            scans.close();
        }
        var round = tellings;
        if (round != null) {
            round.close();
        }
        sessions.values().forEach(LivestreamSession::stop);
        sessions.values().forEach(LivestreamSession::join);
    }
}
