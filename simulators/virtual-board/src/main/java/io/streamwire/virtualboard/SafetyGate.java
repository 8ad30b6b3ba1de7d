package io.streamwire.virtualboard;

import io.streamwire.contract.mqtt.Safety;
import java.util.OptionalLong;

/**
 * Whether the board may move, from the two safety topics. The higher epoch wins, a stop wins a tie;
 * an arming is a lease on the board's own clock. Times are the board's own ms. Confined to the
 * board's thread.
 */
final class SafetyGate {

    private static final long NO_LEASE = Long.MIN_VALUE;

    private final Topic own = new Topic();
    private final Topic workspace = new Topic();
    private boolean pressed;
    private boolean latched;

    /**
     * The highest epoch that cannot end the latch: one is never below the hub's time at which it
     * was given.
     */
    private long latchedEpoch;

    /** The button is down, or was let go at a time that nobody knows: nothing ends the latch. */
    private boolean undated;

    /** Which of the two topics a message came on. */
    enum Scope {
        OWN,
        WORKSPACE
    }

    /**
     * Takes in a message.
     *
     * @param retained such a message may stop or raise the epoch, but never arm
     */
    void obey(Scope scope, Safety safety, boolean retained, long local) {
        var topic = scope == Scope.OWN ? own : workspace;
        if (!pressed && !retained) {
            date(Math.max(safety.epoch(), safety.now()));
        }
        if (safety.epoch() < topic.epoch) {
            return;
        }
        if (safety.epoch() > topic.epoch) {
            topic.epoch = safety.epoch();
            topic.stopped = false;
            topic.leaseEnd = NO_LEASE;
        }
        if (!safety.armed()) {
            topic.stopped = true;
            topic.leaseEnd = NO_LEASE;
            return;
        }
        var until = safety.until();
        if (retained || until == null || topic.stopped) {
            return;
        }
        var lease = Math.clamp(until - safety.now(), 0, Safety.LEASE_MS);
        topic.leaseEnd = Math.max(topic.leaseEnd, local + lease);
        latched &= undated || safety.epoch() <= latchedEpoch;
    }

    /** The stop button is pressed: only an arming that is given after its release ends it. */
    void press() {
        pressed = true;
        latched = true;
        undated = true;
        dropLeases();
    }

    /**
     * The stop button is let go. While the hub's time is not known, its next message tells it.
     *
     * @param hubNow the hub's time, ms since the epoch
     */
    void release(OptionalLong hubNow) {
        pressed = false;
        hubNow.ifPresent(this::date);
    }

    private void date(long hubNow) {
        if (undated) {
            latchedEpoch = Math.max(Math.max(latchedEpoch, epoch()), hubNow);
            undated = false;
        }
    }

    /** Whether a stop of the board's own holds. */
    boolean latched() {
        return latched;
    }

    /** Ends every lease, because the hub cannot be heard any more. */
    void dropLeases() {
        own.leaseEnd = NO_LEASE;
        workspace.leaseEnd = NO_LEASE;
    }

    /** The epoch in force; 0 before the first message. */
    long epoch() {
        return Math.max(own.epoch, workspace.epoch);
    }

    /** Whether somebody stopped the board, and nobody armed it since. */
    boolean stopped() {
        return latched
                || (own.epoch == epoch() && own.stopped)
                || (workspace.epoch == epoch() && workspace.stopped);
    }

    boolean armed(long local) {
        return !stopped() && leaseEnd() > local;
    }

    /** When the lease in force ends. */
    long leaseEnd() {
        return Math.max(
                own.epoch == epoch() ? own.leaseEnd : NO_LEASE,
                workspace.epoch == epoch() ? workspace.leaseEnd : NO_LEASE);
    }

    private static final class Topic {
        private long epoch;
        private boolean stopped;
        private long leaseEnd = NO_LEASE;
    }
}
