package io.streamwire.bridge;

import java.util.OptionalLong;

/**
 * The hub's clock as far as its messages tell. What it stamps has passed when it arrives, so each
 * stamp is a lower bound, and the best of the last 30 to 60 s counts. The wall clock of this
 * machine plays no part. Times are ms. Confined to the bridge's thread.
 */
final class HubClock {

    private static final long SPAN_MS = 30_000;

    /** After a silence the best one is lowered by the time that passed divided by this. */
    private static final long DRIFT = 50;

    private boolean heard;
    private long spanBegan;
    private long best;
    private long bestBefore;

    /** A message that bears the hub's time has arrived. */
    void heard(long stamp, long local) {
        var offset = stamp - local;
        var passed = local - spanBegan;
        if (!heard) {
            heard = true;
            begin(local, offset, offset);
        } else if (passed < SPAN_MS) {
            best = Math.max(best, offset);
        } else if (passed < 2 * SPAN_MS) {
            begin(local, best, offset);
        } else {
            begin(local, Math.max(best, bestBefore) - passed / DRIFT, offset);
        }
    }

    private void begin(long local, long before, long offset) {
        spanBegan = local;
        bestBefore = before;
        best = offset;
    }

    /** The hub's time at a local one, ms since the epoch; empty before the hub was heard. */
    OptionalLong at(long local) {
        return heard ? OptionalLong.of(local + Math.max(best, bestBefore)) : OptionalLong.empty();
    }
}
