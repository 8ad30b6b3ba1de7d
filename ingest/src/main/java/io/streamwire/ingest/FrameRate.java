package io.streamwire.ingest;

import java.time.Instant;

/** Frames per second over the last ten seconds. Thread-safe; guarded by this object's lock. */
final class FrameRate {

    private static final int SECONDS = 10;

    private final long[] seconds = new long[SECONDS + 1];
    private final int[] counts = new int[SECONDS + 1];

    synchronized void count(Instant at) {
        long second = at.getEpochSecond();
        int slot = Math.floorMod(second, seconds.length);
        if (seconds[slot] != second) {
            seconds[slot] = second;
            counts[slot] = 0;
        }
        counts[slot]++;
    }

    /** The mean of the ten seconds before the present one, to one tenth. */
    synchronized double perSecond(Instant now) {
        long present = now.getEpochSecond();
        int frames = 0;
        for (int slot = 0; slot < seconds.length; slot++) {
            if (seconds[slot] < present && seconds[slot] >= present - SECONDS) {
                frames += counts[slot];
            }
        }
        return Math.round(10.0 * frames / SECONDS) / 10.0;
    }
}
