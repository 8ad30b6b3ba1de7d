package io.streamwire.rules;

import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.Payload;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.contract.RoomCounters;
import io.streamwire.contract.Viewer;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Events of one livestream of one workspace. */
record LiveEvents(UUID workspaceId, UUID livestreamId) {

    static final Viewer ANNA =
            new Viewer("7000000000000000001", "anna", "Anna", List.of(), 0, null);
    static final Viewer BEN = new Viewer("7000000000000000002", "ben", "Ben", List.of(), 0, null);

    private static final AtomicLong MESSAGES = new AtomicLong();

    LiveEvents() {
        this(Ids.next(), Ids.next());
    }

    LiveEvent comment(String text) {
        return comment(ANNA, text);
    }

    LiveEvent comment(Viewer viewer, String text) {
        return event(viewer, new LiveEvent.CommentPosted(text), false);
    }

    LiveEvent historicalComment(String text) {
        return event(ANNA, new LiveEvent.CommentPosted(text), true);
    }

    LiveEvent gift(String name, int diamonds, int count, int increment, Streak streak) {
        return event(
                ANNA,
                new LiveEvent.GiftSent(5655, name, diamonds, count, increment, streak),
                false);
    }

    LiveEvent by(Viewer viewer, Payload payload) {
        return event(viewer, payload, false);
    }

    LiveEvent joined() {
        return event(ANNA, new LiveEvent.Joined(), false);
    }

    /** The same event of a livestream that has had that much. */
    static LiveEvent counted(LiveEvent event, RoomCounters counters) {
        return new LiveEvent(
                event.id(),
                event.livestreamId(),
                event.workspaceId(),
                event.msgId(),
                event.ts(),
                event.receivedAt(),
                event.historical(),
                event.simulated(),
                event.user(),
                counters,
                event.payload());
    }

    private LiveEvent event(Viewer viewer, Payload payload, boolean historical) {
        var message = MESSAGES.incrementAndGet();
        var now = Instant.now();
        return new LiveEvent(
                Ids.event(livestreamId.toString(), message),
                livestreamId,
                workspaceId,
                Long.toString(message),
                now,
                now,
                historical,
                false,
                viewer,
                payload);
    }
}
