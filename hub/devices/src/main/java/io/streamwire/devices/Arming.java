package io.streamwire.devices;

import org.jspecify.annotations.Nullable;

/**
 * The last arm or stop of a workspace, or of one device alone.
 *
 * @param epoch ms since the epoch as a rule, grows with each arm and stop of the workspace
 * @param until when the arming ends, ms since the epoch; 0 when disarmed
 */
record Arming(long epoch, boolean armed, long until, Cause cause) {

    /** What holds before anybody armed anything. */
    static final Arming NEVER = disarmed(0);

    static Arming armed(long epoch, long until) {
        return armed(epoch, until, Cause.UNKNOWN);
    }

    static Arming armed(long epoch, long until, Cause cause) {
        return new Arming(epoch, true, until, cause);
    }

    static Arming disarmed(long epoch) {
        return disarmed(epoch, Cause.UNKNOWN);
    }

    static Arming disarmed(long epoch, Cause cause) {
        return new Arming(epoch, false, 0, cause);
    }

    /** Reads {@code epoch armed until at by why} as arming.lua writes it. */
    static Arming parse(String text) {
        var parts = text.split(" ", 6);
        if (parts.length != 3 && parts.length != 6) {
            throw new IllegalArgumentException("not an arming: " + text);
        }
        return new Arming(
                Long.parseLong(parts[0]),
                parts[1].equals("1"),
                Long.parseLong(parts[2]),
                parts.length == 3
                        ? Cause.UNKNOWN
                        : new Cause(Long.parseLong(parts[3]), parts[4], parts[5]));
    }

    /** Of the workspace's and the device's own, the one the board obeys. */
    Arming over(Arming other) {
        if (epoch != other.epoch) {
            return epoch > other.epoch ? this : other;
        }
        return armed ? other : this;
    }

    boolean holds(long now) {
        return armed && now < until;
    }

    /** Whether it is the stop that a board gave itself. */
    boolean hardwareStop() {
        return !armed && cause.hardware();
    }

    /**
     * Who stopped it: hardware, user, agent, home_assistant or hub; null while armed and before the
     * first time.
     */
    @Nullable String stoppedBy() {
        return armed || cause.equals(Cause.UNKNOWN) ? null : cause.kind();
    }

    /** The epoch of the next arm or stop, whatever the clock and the boards say. */
    static long nextEpoch(long last, long now, long reported) {
        return Math.max(Math.max(last, reported) + 1, now);
    }
}
