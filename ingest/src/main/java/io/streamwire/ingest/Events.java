package io.streamwire.ingest;

import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.EventsMissed;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Payload;
import io.streamwire.contract.LiveEvent.RoomChanged;
import io.streamwire.contract.LiveEvent.RoomState;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.contract.LiveEvent.ViewersCounted;
import io.streamwire.contract.RoomCounters;
import io.streamwire.contract.Viewer;
import io.streamwire.ingest.Decoded.Head;
import io.streamwire.ingest.webcast.wire.Message;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Turns the messages of one livestream into its events: remembers streaks, likes and message ids
 * from one message to the next. For one thread; takes its time as an argument and does no I/O.
 */
final class Events {

    private static final Logger LOG = System.getLogger(Events.class.getName());
    private static final String STREAK = "streak:";
    private static final String HEARD = "heard";
    private static final String VIEWERS = "viewers";
    private static final Duration HEARD_PRECISION = Duration.ofSeconds(1);
    private static final int RECENT = 20_000;

    private final UUID workspaceId;
    private final UUID livestreamId;
    private final String roomId;
    private final boolean counts;
    private final Streaks streaks;
    private final Likes likes = new Likes();
    private final Totals totals = new Totals();
    private final LinkedHashSet<Long> recent = new LinkedHashSet<>();
    private Set<String> topGifters = Set.of();
    private Instant heard = Instant.EPOCH;

    /** How many watched at the last count; null before the first one. */
    private @Nullable Long viewers;

    Events(UUID workspaceId, UUID livestreamId, long roomId, Duration streakTimeout) {
        this(workspaceId, livestreamId, roomId, streakTimeout, true);
    }

    /**
     * @param counts whether the livestream was followed from its beginning, so that its events can
     *     say what it has had
     */
    Events(
            UUID workspaceId,
            UUID livestreamId,
            long roomId,
            Duration streakTimeout,
            boolean counts) {
        this.counts = counts;
        this.workspaceId = workspaceId;
        this.livestreamId = livestreamId;
        this.roomId = Long.toString(roomId);
        this.streaks = new Streaks(streakTimeout);
    }

    /**
     * An event to publish.
     *
     * @param key under which it is published once
     */
    record Pending(String key, LiveEvent event) {}

    /**
     * What a frame led to.
     *
     * @param changes of the state to keep with the events: field to value, empty to forget it
     * @param unknown the messages of types that are not known
     * @param room what the room has become, null when the frame does not say
     */
    record Outcome(
            List<Pending> pending,
            Map<String, String> changes,
            int ignored,
            List<Message> unknown,
            int corrupt,
            int duplicate,
            @Nullable RoomState room) {

        Outcome {
            pending = List.copyOf(pending);
            changes = Map.copyOf(changes);
            unknown = List.copyOf(unknown);
        }

        static Outcome of(List<Pending> pending, Map<String, String> changes) {
            return new Outcome(pending, changes, 0, List.of(), 0, 0, null);
        }

        /** Whether the frame said that the live has ended. */
        boolean ended() {
            return room == RoomState.ENDED || room == RoomState.SUSPENDED;
        }
    }

    /** Takes over what an earlier owner of the livestream kept; what cannot be read is left out. */
    void restore(Map<String, String> state) {
        var open = new HashMap<String, Streaks.State>();
        state.forEach((field, value) -> {
            try {
                if (field.startsWith(STREAK)) {
                    open.put(
                            field.substring(STREAK.length()),
                            Json.read(value, Streaks.State.class));
                }
            } catch (Json.MalformedJson e) {
                LOG.log(Level.WARNING, "livestream={0} state={1} left=out", livestreamId, field);
            }
        });
        streaks.restore(open);
        try {
            likes.restore(state);
            viewers = state.containsKey(VIEWERS) ? Long.valueOf(state.get(VIEWERS)) : null;
            heard = Instant.ofEpochMilli(Long.parseLong(state.getOrDefault(HEARD, "0")));
            totals.restore(state, viewers == null ? 0 : viewers, likes.total());
        } catch (NumberFormatException e) {
            LOG.log(Level.WARNING, "livestream={0} state=numbers left=out", livestreamId);
        }
    }

    /** When an earlier owner heard of the room last, to a second; empty when nobody did. */
    Optional<Instant> heard() {
        return heard.equals(Instant.EPOCH) ? Optional.empty() : Optional.of(heard);
    }

    /** The events of a frame's messages. */
    Outcome of(List<Message> messages, Instant receivedAt) {
        var pending = new ArrayList<Pending>(messages.size());
        var changes = new LinkedHashMap<String, String>();
        var unknown = new ArrayList<Message>(0);
        int ignored = 0;
        int corrupt = 0;
        int duplicate = 0;
        @Nullable RoomState room = null;
        for (var message : messages) {
            if (message.getMsgId() != 0 && recent.contains(message.getMsgId())) {
                duplicate++;
                continue;
            }
            switch (EventDecoder.decode(message, receivedAt)) {
                case Decoded.Ignored _ -> ignored++;
                case Decoded.Unknown it -> unknown.add(it.message());
                case Decoded.Corrupt _ -> corrupt++;
                case Decoded.Happened it ->
                        pending.add(pending(it.head(), receivedAt, it.user(), it.payload()));
                case Decoded.Tapped it -> {
                    var liked = likes.add(it.count(), it.total(), changes);
                    if (!it.head().historical()) {
                        totals.liked(liked.total());
                    }
                    pending.add(pending(it.head(), receivedAt, it.user(), liked));
                }
                case Decoded.Watched it -> {
                    topGifters = it.topGifters();
                    var counted = counted(it.head(), it.count(), changes);
                    pending.add(pending(it.head(), receivedAt, Viewer.NOBODY, counted));
                }
                case Decoded.Controlled it -> {
                    room = it.state();
                    if (it.head().msgId() != 0) {
                        var changed = new RoomChanged(it.state());
                        pending.add(pending(it.head(), receivedAt, Viewer.NOBODY, changed));
                    }
                }
                case Decoded.Gifted it -> {
                    var counted = gift(it, receivedAt, changes);
                    counted.ifPresent(pending::add);
                    duplicate += counted.isEmpty() ? 1 : 0;
                }
            }
            remember(message.getMsgId());
        }
        heard(receivedAt, changes);
        forget(receivedAt, changes);
        return new Outcome(pending, changes, ignored, unknown, corrupt, duplicate, room);
    }

    private ViewersCounted counted(Head head, ViewersCounted count, Map<String, String> changes) {
        var counted = new ViewersCounted(count.now(), count.total(), viewers);
        viewers = count.now();
        if (!head.historical()) {
            totals.watched(count.now());
        }
        changes.put(VIEWERS, Long.toString(count.now()));
        return counted;
    }

    private Optional<Pending> gift(
            Decoded.Gifted it, Instant receivedAt, Map<String, String> changes) {
        var step = it.step();
        if (!step.streakable()) {
            var single =
                    new GiftSent(
                            step.giftId(),
                            step.name(),
                            step.diamonds(),
                            step.count(),
                            step.count(),
                            Streak.SINGLE);
            return Optional.of(given(it, receivedAt, single, changes));
        }
        return streaks.step(step, receivedAt)
                .map(counted -> {
                    var pending = given(it, receivedAt, counted.gift(), changes);
                    var state = streaks.keep(counted, pending.event());
                    changes.put(STREAK + counted.key(), Json.write(state));
                    return pending;
                });
    }

    private Pending given(
            Decoded.Gifted it, Instant receivedAt, GiftSent gift, Map<String, String> changes) {
        if (!it.head().historical()) {
            totals.given(gift, it.head().msgId(), it.user(), changes);
        }
        return pending(it.head(), receivedAt, it.user(), gift);
    }

    /** The ends of streaks that stand still: TikTok does not always send them. */
    Outcome overdue(Instant now) {
        return ends(streaks.overdue(now), now);
    }

    /** The ends of all streaks: nothing comes any more. */
    Outcome over(Instant now) {
        return ends(streaks.all(now), now);
    }

    private Outcome ends(List<Streaks.Overdue> streaksThatEnd, Instant now) {
        var pending = new ArrayList<Pending>();
        var changes = new LinkedHashMap<String, String>();
        for (var overdue : streaksThatEnd) {
            var total = Integer.toString(overdue.state().total());
            var last = overdue.last();
            var event =
                    new LiveEvent(
                            Ids.derived("event", roomId, "streak-end", overdue.key(), total),
                            livestreamId,
                            workspaceId,
                            last.msgId(),
                            now,
                            now,
                            last.historical(),
                            false,
                            last.user(),
                            counters(last.user()),
                            overdue.end());
            pending.add(new Pending("end:" + overdue.key() + ":" + total, event));
            changes.put(STREAK + overdue.key(), Json.write(overdue.state()));
        }
        forget(now, changes);
        return Outcome.of(pending, changes);
    }

    /** Says that something was or may have been missed. */
    Outcome missed(EventsMissed gap, Instant now) {
        var key =
                String.join(
                        ":",
                        "gap",
                        livestreamId.toString(),
                        Long.toString(gap.from().toEpochMilli()),
                        Long.toString(gap.until().toEpochMilli()),
                        gap.reason().toString());
        var event =
                new LiveEvent(
                        Ids.derived("event", roomId, key),
                        livestreamId,
                        workspaceId,
                        "0",
                        gap.until(),
                        now,
                        false,
                        false,
                        Viewer.NOBODY,
                        counters(Viewer.NOBODY),
                        gap);
        return Outcome.of(List.of(new Pending(key, event)), Map.of());
    }

    /** Streaks, message ids and givers, which never become too many. */
    int remembered() {
        return streaks.size() + recent.size() + totals.size();
    }

    /** Nothing of what a viewer gave is remembered any more. */
    Outcome forget(String viewerId) {
        var changes = new LinkedHashMap<String, String>();
        totals.forget(viewerId, changes);
        return Outcome.of(List.of(), changes);
    }

    private Pending pending(Head head, Instant receivedAt, Viewer user, Payload payload) {
        var text = Long.toString(head.msgId());
        var event =
                new LiveEvent(
                        Ids.event(roomId, head.msgId()),
                        livestreamId,
                        workspaceId,
                        text,
                        head.ts(),
                        receivedAt,
                        head.historical(),
                        false,
                        topGifters.contains(user.id()) ? WireViewer.with(user, "top_gifter") : user,
                        counters(user),
                        payload);
        return new Pending(text, event);
    }

    private @Nullable RoomCounters counters(Viewer viewer) {
        return counts ? totals.of(viewer) : null;
    }

    private void heard(Instant receivedAt, Map<String, String> changes) {
        if (receivedAt.isAfter(heard.plus(HEARD_PRECISION))) {
            heard = receivedAt;
            changes.put(HEARD, Long.toString(receivedAt.toEpochMilli()));
        }
    }

    private void forget(Instant now, Map<String, String> changes) {
        for (var key : streaks.forgotten(now)) {
            changes.put(STREAK + key, "");
        }
    }

    private void remember(long msgId) {
        recent.add(msgId);
        if (recent.size() > RECENT) {
            recent.removeFirst();
        }
    }
}
