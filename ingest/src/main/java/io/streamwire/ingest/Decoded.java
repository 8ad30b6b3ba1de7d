package io.streamwire.ingest;

import io.streamwire.contract.LiveEvent.Payload;
import io.streamwire.contract.LiveEvent.RoomState;
import io.streamwire.contract.LiveEvent.ViewersCounted;
import io.streamwire.contract.Viewer;
import io.streamwire.ingest.webcast.wire.Message;
import java.time.Instant;
import java.util.Set;

/** What one webcast message says. */
sealed interface Decoded {

    /** What every message that becomes an event has. */
    record Head(long msgId, Instant ts, boolean historical) {}

    /** Something that a viewer did; complete but for where it happened. */
    record Happened(Head head, Viewer user, Payload payload) implements Decoded {}

    /** A gift, whose meaning depends on those before. */
    record Gifted(Head head, Viewer user, GiftStep step) implements Decoded {}

    /** Taps; the room's total depends on those before. */
    record Tapped(Head head, Viewer user, int count, long total) implements Decoded {}

    /**
     * How many watch.
     *
     * @param topGifters ids of those who gave most
     */
    record Watched(Head head, ViewersCounted count, Set<String> topGifters) implements Decoded {
        public Watched {
            topGifters = Set.copyOf(topGifters);
        }
    }

    /** The room was paused, resumed or ended. */
    record Controlled(Head head, RoomState state) implements Decoded {}

    /** A message about something that is not an event. */
    record Ignored() implements Decoded {}

    /** A message of a type that is not known. */
    record Unknown(Message message) implements Decoded {}

    /** A message that cannot be read. */
    record Corrupt() implements Decoded {}

    /**
     * One message of a gift.
     *
     * @param streak what its streak is known by: the group id, else viewer and gift
     * @param grouped whether that is the group id, which is never used again
     * @param count how many so far, 1 or more
     */
    record GiftStep(
            String streak,
            boolean grouped,
            boolean streakable,
            long giftId,
            String name,
            int diamonds,
            int count,
            boolean end) {}
}
