package io.streamwire.ingest;

import io.streamwire.contract.LiveEvent.Payload;
import io.streamwire.contract.Viewer;
import java.time.Instant;

/** What one webcast message says. */
sealed interface Decoded {

    /** Something that a viewer did; complete but for where it happened. */
    record Happened(long msgId, Instant ts, boolean historical, Viewer user, Payload payload)
            implements Decoded {}

    /** A gift, whose meaning depends on those before. */
    record Gifted(long msgId, Instant ts, boolean historical, Viewer user, GiftStep step)
            implements Decoded {}

    /** Taps; the room's total depends on those before. */
    record Tapped(long msgId, Instant ts, boolean historical, Viewer user, int count, long total)
            implements Decoded {}

    /** The live has ended. */
    record Ended() implements Decoded {}

    /** A message of a type, or about something, that is not an event. */
    record Ignored() implements Decoded {}

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
