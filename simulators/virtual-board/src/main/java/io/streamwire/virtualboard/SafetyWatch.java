package io.streamwire.virtualboard;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Whether a device may move, as read from the safety messages on its wire. Times are {@link
 * System#nanoTime()}. Not thread-safe.
 */
final class SafetyWatch {

    private final Wire own = new Wire();
    private final Wire workspace = new Wire();

    /** The highest epoch on the wire, and since when. */
    private long epoch;

    private long epochSince = Long.MIN_VALUE;

    /** One of the two safety topics. */
    private static final class Wire {
        private long epoch;
        private boolean stopped;
        private long leaseEnd = Long.MIN_VALUE;

        void forgetArming() {
            if (!stopped) {
                epoch = 0;
            }
        }

        void end(long nanoTime) {
            leaseEnd = Math.min(leaseEnd, nanoTime);
        }
    }

    /** {@code down/safety}, of the device alone or for all of its workspace. */
    void said(boolean forAll, JsonNode message, boolean retained, long nanoTime) {
        var wire = forAll ? workspace : own;
        var other = forAll ? own : workspace;
        var sentEpoch = message.path("epoch").asLong();
        if (sentEpoch < wire.epoch) {
            return;
        }
        if (sentEpoch > wire.epoch) {
            wire.epoch = sentEpoch;
            wire.stopped = false;
            wire.end(nanoTime);
        }
        if (sentEpoch > epoch) {
            epoch = sentEpoch;
            epochSince = nanoTime;
            other.end(nanoTime);
        }
        var armed = message.path("armed").asBoolean();
        wire.stopped |= !armed;
        if (sentEpoch < epoch) {
            return;
        }
        if (!armed) {
            wire.end(nanoTime);
            other.end(nanoTime);
            return;
        }
        if (retained || wire.stopped || (other.epoch == epoch && other.stopped)) {
            return;
        }
        var lease = message.path("until").asLong() - message.path("now").asLong();
        wire.leaseEnd = Math.max(wire.leaseEnd, nanoTime + TimeUnit.MILLISECONDS.toNanos(lease));
    }

    /**
     * The link is lost, and with it every lease. The device may also have rebooted, and then it
     * does not know what it was armed under; a stop is retained, and reaches it again.
     */
    void disconnected(long nanoTime) {
        own.forgetArming();
        workspace.forgetArming();
        own.end(nanoTime);
        workspace.end(nanoTime);
        epoch = Math.max(own.epoch, workspace.epoch);
    }

    /**
     * Why the device may not move for a command.
     *
     * @param since what ended before that is over
     */
    Optional<String> against(long commandEpoch, long since) {
        if (Math.max(own.leaseEnd, workspace.leaseEnd) < since) {
            return Optional.of("no lease");
        }
        if (commandEpoch < epoch && epochSince < since) {
            return Optional.of("epoch " + commandEpoch + " below " + epoch);
        }
        return Optional.empty();
    }
}
