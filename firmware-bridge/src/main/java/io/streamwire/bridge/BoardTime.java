package io.streamwire.bridge;

import org.jspecify.annotations.Nullable;

/**
 * Places a board's clock on the local one, from the quickest of the last round trips. Confined to
 * the bridge's thread.
 */
final class BoardTime {

    private static final int ROUND_TRIPS = 10;
    private static final long WRAP = 1L << 32;

    private final Pair[] pairs = new Pair[ROUND_TRIPS];
    private int next;

    /**
     * @param board its clock, ms
     * @param local the middle of the round trip, ms
     * @param took how long the round trip was, ms
     */
    private record Pair(long board, long local, long took) {}

    void observe(long board, long sent, long received) {
        pairs[next] = new Pair(board, (sent + received) / 2, received - sent);
        next = (next + 1) % ROUND_TRIPS;
    }

    /** The local time of a board's, moved between two that it must lie between. */
    long local(long board, long least, long most) {
        @Nullable Pair best = null;
        for (var pair : pairs) {
            if (isKnown(pair) && (best == null || pair.took < best.took)) {
                best = pair;
            }
        }
        if (best == null) {
            return most;
        }
        return Math.clamp(best.local + since(best.board, board), Math.min(least, most), most);
    }

    private static boolean isKnown(@Nullable Pair pair) {
        return pair != null;
    }

    /** From one board time to another, ms; it wraps, and may be negative. */
    static long since(long from, long to) {
        var ahead = Math.floorMod(to - from, WRAP);
        return ahead < WRAP / 2 ? ahead : ahead - WRAP;
    }

    void forget() {
        java.util.Arrays.fill(pairs, null);
    }
}
