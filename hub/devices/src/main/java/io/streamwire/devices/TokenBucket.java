package io.streamwire.devices;

/** Tokens that come back evenly. Guarded by its own lock. */
final class TokenBucket {

    private final double capacity;
    private final double perMs;
    private double tokens;
    private long at;

    /**
     * @param capacity tokens at once after a pause
     * @param tokens that come back in {@code inMs}
     */
    TokenBucket(long capacity, long tokens, long inMs, long now) {
        this.capacity = capacity;
        this.perMs = (double) tokens / inMs;
        this.tokens = capacity;
        this.at = now;
    }

    synchronized void giveBack() {
        tokens = Math.min(capacity, tokens + 1);
    }

    /** Takes so many tokens, if there are so many. */
    synchronized boolean take(int count, long now) {
        refill(now);
        if (tokens < count) {
            return false;
        }
        tokens -= count;
        return true;
    }

    /** Takes a token; 0, or after how many ms there is one. */
    synchronized long take(long now) {
        refill(now);
        if (tokens >= 1) {
            tokens--;
            return 0;
        }
        return (long) Math.ceil((1 - tokens) / perMs);
    }

    private void refill(long now) {
        if (now > at) {
            tokens = Math.min(capacity, tokens + (now - at) * perMs);
            at = now;
        }
    }
}
