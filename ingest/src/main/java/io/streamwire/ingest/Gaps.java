package io.streamwire.ingest;

import io.streamwire.contract.LiveEvent.EventsMissed;
import io.streamwire.contract.LiveEvent.MissedWhy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
    private @Nullable Opening opening;
    private @Nullable Instant from;
    private Instant until = Instant.EPOCH;
    private MissedWhy missedWhy = MissedWhy.DAMAGED;

    /** A socket that is open and has brought nothing yet. */
    private record Opening(MissedWhy reason, Instant from, Instant openedAt) {
        EventsMissed until(Instant at) {
            return new EventsMissed(reason, from, from.isAfter(at) ? from : at);
        }
    }

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

    /**
     * A socket opened: what came since the last one's last frame was missed, and so is what the
     * room says until it knows of this one. That ends with the first messages; {@link #due} tells
     * of it when none come.
     */
    void opened(Instant at) {
        var before = heard;
        if (opening != null) {
            opening = new Opening(opening.reason(), opening.from(), at);
        } else if (before != null) {
            opening = new Opening(why, before.minus(ON_ITS_WAY), at);
        }
        why = MissedWhy.DISCONNECTED;
        heard = at;
    }

    /** Messages came; what was missed before the first ones of a socket. */
    Optional<EventsMissed> arrived(Instant at) {
        heard = at;
        var first = opening;
        opening = null;
        return first == null ? Optional.empty() : Optional.of(first.until(at));
    }

    /** What is to be told of now. */
    List<EventsMissed> due(Instant now) {
        if (opening == null && from == null) {
            return List.of();
        }
        var due = new ArrayList<EventsMissed>(2);
        if (opening != null && !now.isBefore(opening.openedAt().plus(ON_ITS_WAY))) {
            arrived(now).ifPresent(due::add);
        }
        if (from != null && !now.isBefore(from.plus(ON_ITS_WAY).plus(TOGETHER))) {
            damage().ifPresent(due::add);
        }
        return due;
    }

    /** All that was not told of yet. */
    List<EventsMissed> rest(Instant now) {
        var rest = new ArrayList<EventsMissed>(2);
        arrived(now).ifPresent(rest::add);
        damage().ifPresent(rest::add);
        return rest;
    }

    private Optional<EventsMissed> damage() {
        var begin = from;
        from = null;
        return begin == null
                ? Optional.empty()
                : Optional.of(new EventsMissed(missedWhy, begin, until));
    }
}
