package io.streamwire.ingest;

import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Liked;
import io.streamwire.contract.LiveEvent.Payload;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.contract.Viewer;
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
import java.util.UUID;

/**
 * Turns the messages of one livestream into its events: remembers streaks, likes and message ids
 * from one message to the next. For one thread; takes its time as an argument and does no I/O.
 */
final class Events {

    private static final Logger LOG = System.getLogger(Events.class.getName());
    private static final String LIKES = "likes";
    private static final String STREAK = "streak:";
    private static final int RECENT = 20_000;

    private final UUID workspaceId;
    private final UUID livestreamId;
    private final String roomId;
    private final Streaks streaks;
    private final LinkedHashSet<Long> recent = new LinkedHashSet<>();
    private long likes;

    Events(UUID workspaceId, UUID livestreamId, long roomId, Duration streakTimeout) {
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
     * @param ended the frame said that the live has ended
     */
    record Outcome(
            List<Pending> pending,
            Map<String, String> changes,
            int ignored,
            int corrupt,
            int duplicate,
            boolean ended) {

        Outcome {
            pending = List.copyOf(pending);
            changes = Map.copyOf(changes);
        }
    }

    /** Takes over what an earlier owner of the livestream kept; what cannot be read is left out. */
    void restore(Map<String, String> state) {
        var open = new HashMap<String, Streaks.State>();
        state.forEach((field, value) -> {
            try {
                if (field.equals(LIKES)) {
                    likes = Long.parseLong(value);
                }
                if (field.startsWith(STREAK)) {
                    open.put(
                            field.substring(STREAK.length()),
                            Json.read(value, Streaks.State.class));
                }
            } catch (NumberFormatException | Json.MalformedJson e) {
                LOG.log(Level.WARNING, "livestream={0} state={1} left=out", livestreamId, field);
            }
        });
        streaks.restore(open);
    }

    /** The events of a frame's messages. */
    Outcome of(List<Message> messages, Instant receivedAt) {
        var pending = new ArrayList<Pending>(messages.size());
        var changes = new LinkedHashMap<String, String>();
        int ignored = 0;
        int corrupt = 0;
        int duplicate = 0;
        boolean ended = false;
        for (var message : messages) {
            if (message.getMsgId() != 0 && recent.contains(message.getMsgId())) {
                duplicate++;
                continue;
            }
            switch (EventDecoder.decode(message, receivedAt)) {
                case Decoded.Ignored _ -> ignored++;
                case Decoded.Corrupt _ -> corrupt++;
                case Decoded.Ended _ -> ended = true;
                case Decoded.Happened it ->
                        pending.add(
                                pending(
                                        it.msgId(),
                                        it.ts(),
                                        receivedAt,
                                        it.historical(),
                                        it.user(),
                                        it.payload()));
                case Decoded.Tapped it -> {
                    likes = Math.max(likes, it.total());
                    changes.put(LIKES, Long.toString(likes));
                    pending.add(
                            pending(
                                    it.msgId(),
                                    it.ts(),
                                    receivedAt,
                                    it.historical(),
                                    it.user(),
                                    new Liked(it.count(), likes)));
                }
                case Decoded.Gifted it -> {
                    var counted = gift(it, receivedAt, changes);
                    counted.ifPresent(pending::add);
                    duplicate += counted.isEmpty() ? 1 : 0;
                }
            }
            remember(message.getMsgId());
        }
        forget(receivedAt, changes);
        return new Outcome(pending, changes, ignored, corrupt, duplicate, ended);
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
            return Optional.of(
                    pending(it.msgId(), it.ts(), receivedAt, it.historical(), it.user(), single));
        }
        return streaks.step(step, receivedAt)
                .map(counted -> {
                    var pending =
                            pending(
                                    it.msgId(),
                                    it.ts(),
                                    receivedAt,
                                    it.historical(),
                                    it.user(),
                                    counted.gift());
                    var state = streaks.keep(counted, pending.event());
                    changes.put(STREAK + counted.key(), Json.write(state));
                    return pending;
                });
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
                            overdue.end());
            pending.add(new Pending("end:" + overdue.key() + ":" + total, event));
            changes.put(STREAK + overdue.key(), Json.write(overdue.state()));
        }
        forget(now, changes);
        return new Outcome(pending, changes, 0, 0, 0, false);
    }

    private Pending pending(
            long msgId,
            Instant ts,
            Instant receivedAt,
            boolean historical,
            Viewer user,
            Payload payload) {
        var text = Long.toString(msgId);
        var event =
                new LiveEvent(
                        Ids.event(roomId, msgId),
                        livestreamId,
                        workspaceId,
                        text,
                        ts,
                        receivedAt,
                        historical,
                        false,
                        user,
                        payload);
        return new Pending(text, event);
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
