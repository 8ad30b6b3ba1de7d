package io.streamwire.virtualboard;

import java.util.OptionalLong;

/**
 * What a board believes the hub's clock says. The offset is the largest {@code now - local} since
 * boot, so a late message never sets it back. Confined to the board's thread.
 */
final class BoardClock {

    private boolean known;
    private long offset;

    /** Takes in a message that the hub sent at {@code hubNow}; both in ms. */
    void observe(long hubNow, long local) {
        var seen = hubNow - local;
        offset = known ? Math.max(offset, seen) : seen;
        known = true;
    }

    /** The hub's clock, ms since the epoch; empty until the hub was heard. */
    OptionalLong now(long local) {
        return known ? OptionalLong.of(local + offset) : OptionalLong.empty();
    }
}
