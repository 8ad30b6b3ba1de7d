package io.streamwire.ingest;

import io.streamwire.contract.LiveEvent.EventsMissed;
import io.streamwire.contract.LiveEvent.MissedWhy;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Knows when something of a livestream was missed, or may have been. Damage that comes often is
 * told of once a second. For one thread.
 */
final class Gaps {

    private static final Duration TOGETHER = Duration.ofSeconds(1);

    /** How long a message may have been on its way: what was missed was sent before it was. */
    private static final Duration ON_ITS_WAY = Duration.ofSeconds(2);

    private MissedWhy why = MissedWhy.TAKEN_OVER;
    private @Nullable Instant heard;
    private @Nullable Instant from;
    private Instant until = Instant.EPOCH;
    private MissedWhy missedWhy = MissedWhy.DAMAGED;

    /**
     * Goes on after an earlier owner.
     *
     * @param heard when that one heard of the room last
     */
    void takeOver(Instant heard) {
        this.heard = heard;
    }

    /** Something came that could be read. */
    void heard(Instant at) {
        heard = at;
    }

    /** Something came that could not be read, or was read and could not be published. */
    void missed(MissedWhy reason, Instant at) {
        if (from == null) {
            from = at.minus(ON_ITS_WAY);
        }
        until = at;
        missedWhy = reason;
    }

    /** A socket opened: what came since the last one's last frame was missed. */
    Optional<EventsMissed> opened(Instant at) {
        var before = heard;
        heard = at;
        var reason = why;
        why = MissedWhy.DISCONNECTED;
        if (before == null) {
            return Optional.empty();
        }
        var begin = before.minus(ON_ITS_WAY);
        return Optional.of(new EventsMissed(reason, begin, begin.isAfter(at) ? begin : at));
    }

    /** What is to be told of now. */
    Optional<EventsMissed> due(Instant now) {
        return from == null || now.isBefore(from.plus(ON_ITS_WAY).plus(TOGETHER))
                ? Optional.empty()
                : rest();
    }

    /** All that was not told of yet. */
    Optional<EventsMissed> rest() {
        var begin = from;
        from = null;
        return begin == null
                ? Optional.empty()
                : Optional.of(new EventsMissed(missedWhy, begin, until));
    }
}
