package io.streamwire.broker;

/** Lets something happen so often in the long run, and a burst of it at once. Thread-safe. */
final class TokenBucket {

    private static final double NANOS_PER_SECOND = 1e9;

    private final int perSecond;
    private final int burst;
    private double available; // guarded by this
    private long last; // guarded by this

    TokenBucket(int perSecond, int burst, long nowNanos) {
        this.perSecond = perSecond;
        this.burst = burst;
        this.available = burst;
        this.last = nowNanos;
    }

    /** Whether it may happen now; if so, it counts. */
    synchronized boolean tryTake(long nowNanos) {
        if (refilled(nowNanos) < 1) {
            return false;
        }
        available--;
        return true;
    }

    /** Whether it may happen now, without counting it. */
    synchronized boolean has(long nowNanos) {
        return refilled(nowNanos) >= 1;
    }

    /** Whether it has not happened for so long that a new bucket would be the same. */
    synchronized boolean isFull(long nowNanos) {
        return refilled(nowNanos) >= burst;
    }

    private double refilled(long nowNanos) {
        available = Math.min(burst, available + (nowNanos - last) / NANOS_PER_SECOND * perSecond);
        last = nowNanos;
        return available;
    }
}
