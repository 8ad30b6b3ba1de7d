package io.streamwire.broker;

/** A token bucket for the messages of one client. Guarded by its own lock. */
final class MessageRate {

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final int perSecond;
    private final int burst;
    private double available;
    private long last;

    /** Allows {@code perSecond} messages, and twice as many at once. */
    MessageRate(int perSecond, long nowNanos) {
        this.perSecond = perSecond;
        this.burst = 2 * perSecond;
        this.available = burst;
        this.last = nowNanos;
    }

    synchronized boolean tryTake(long nowNanos) {
        available =
                Math.min(
                        burst,
                        available + (double) (nowNanos - last) * perSecond / NANOS_PER_SECOND);
        last = nowNanos;
        if (available < 1) {
            return false;
        }
        available--;
        return true;
    }
}
