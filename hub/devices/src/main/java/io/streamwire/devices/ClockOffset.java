package io.streamwire.devices;

import java.util.Optional;

/**
 * Estimates how far a board's clock is from the hub's, so that all times of a command's way are on
 * one clock. A command reached the board after it was handed over and before its acknowledgement
 * came back; each command narrows the offset down to what all recent ones allow. Bounds older than
 * one to two minutes are forgotten, because clocks drift. Times in us. Guarded by its own lock.
 */
final class ClockOffset {

    private static final long GENERATION_US = 60_000_000;

    /** A board's clock counts in ms; on average it is half of one further than it says. */
    private static final long HALF_MS_US = 500;

    private long least = Long.MIN_VALUE;
    private long most = Long.MAX_VALUE;
    private long olderLeast = Long.MIN_VALUE;
    private long olderMost = Long.MAX_VALUE;
    private long generationUs = Long.MIN_VALUE;

    /** Takes in one command that a board says it received at {@code boardMs}. */
    synchronized void observe(long handedOverUs, long boardMs, long acknowledgedUs) {
        if (acknowledgedUs < handedOverUs) {
            return;
        }
        if (generationUs == Long.MIN_VALUE || acknowledgedUs - generationUs > GENERATION_US) {
            olderLeast = least;
            olderMost = most;
            least = Long.MIN_VALUE;
            most = Long.MAX_VALUE;
            generationUs = acknowledgedUs;
        }
        var boardUs = boardMs * 1_000 + HALF_MS_US;
        least = Math.max(least, boardUs - acknowledgedUs);
        most = Math.min(most, boardUs - handedOverUs);
        if (Math.max(least, olderLeast) > Math.min(most, olderMost) + 2 * HALF_MS_US) {
            // The board's clock was set: only this command counts.
            least = boardUs - acknowledgedUs;
            most = boardUs - handedOverUs;
            olderLeast = Long.MIN_VALUE;
            olderMost = Long.MAX_VALUE;
        }
    }

    synchronized boolean known() {
        return generationUs != Long.MIN_VALUE;
    }

    /** A time of the board's clock on the hub's, us since the epoch; call it only when known. */
    synchronized long toHub(long boardMs) {
        var low = Math.max(least, olderLeast);
        var high = Math.min(most, olderMost);
        return boardMs * 1_000 + HALF_MS_US - (low + (high - low) / 2);
    }

    /**
     * What is known of a board's clock.
     *
     * @param offsetMs how far it is ahead of the hub's; negative when it is behind
     * @param uncertaintyMs how far that may be wrong, either way
     */
    record Estimate(double offsetMs, double uncertaintyMs) {}

    /** Empty before the first acknowledgement. */
    synchronized Optional<Estimate> estimate() {
        if (!known()) {
            return Optional.empty();
        }
        var low = Math.max(least, olderLeast);
        var high = Math.min(most, olderMost);
        var offset = low + (high - low) / 2;
        var uncertainty = Math.max(0, high - low) / 2 + HALF_MS_US;
        return Optional.of(new Estimate(offset / 1_000.0, uncertainty / 1_000.0));
    }
}
