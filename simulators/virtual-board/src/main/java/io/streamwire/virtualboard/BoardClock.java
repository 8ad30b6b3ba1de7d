package io.streamwire.virtualboard;

import java.util.OptionalLong;

/**
 * What a board believes the hub's clock says, from messages that the hub stamped with it. Such a
 * stamp is a lower bound when the message arrives, so the largest {@code stamp - local} of the last
 * half to whole minute is the best one, and a late message never sets the clock back. Older ones
 * are forgotten, because a board's own clock may be fast, by up to 2 %. All times are ms. Confined
 * to the board's thread.
 */
final class BoardClock {

    /** Two of these are remembered; the hub renews an arming thrice in each. */
    static final long WINDOW_MS = 30_000;

    /** One in so many ms is the most that a board's own clock may be fast. */
    private static final long FAST_ONE_IN = 50;

    private boolean known;
    private long since;
    private long current;
    private long previous;

    /** Takes in a message that the hub stamped with its clock no later than it was sent. */
    void observe(long stamp, long local) {
        var seen = stamp - local;
        if (!known) {
            begin(seen, seen, local);
            known = true;
            return;
        }
        var age = local - since;
        if (age < WINDOW_MS) {
            current = Math.max(current, seen);
        } else if (age < 2 * WINDOW_MS) {
            begin(current, seen, local);
        } else { // a long silence: the offset has sunk no further than a fast clock makes it
            begin(Math.max(current, previous) - age / FAST_ONE_IN, seen, local);
        }
    }

    private void begin(long last, long seen, long local) {
        previous = last;
        current = seen;
        since = local;
    }

    /** The hub's clock, ms since the epoch; empty until the hub was heard. */
    OptionalLong now(long local) {
        return known ? OptionalLong.of(local + Math.max(current, previous)) : OptionalLong.empty();
    }
}
