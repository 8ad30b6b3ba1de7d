package io.streamwire.devices;

/**
 * The last arm or stop of a workspace, or of one device alone.
 *
 * @param epoch ms since the epoch as a rule, grows with each arm and stop of the workspace
 * @param until when the arming ends, ms since the epoch; 0 when disarmed
 */
record Arming(long epoch, boolean armed, long until) {

    /** What holds before anybody armed anything. */
    static final Arming NEVER = new Arming(0, false, 0);

    static Arming armed(long epoch, long until) {
        return new Arming(epoch, true, until);
    }

    static Arming disarmed(long epoch) {
        return new Arming(epoch, false, 0);
    }

    /** Reads {@code epoch armed until} as arming.lua writes it. */
    static Arming parse(String text) {
        var parts = text.split(" ", 3);
        if (parts.length != 3) {
            throw new IllegalArgumentException("not an arming: " + text);
        }
        return new Arming(Long.parseLong(parts[0]), parts[1].equals("1"), Long.parseLong(parts[2]));
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

    /** The epoch of the next arm or stop, whatever the clock and the boards say. */
    static long nextEpoch(long last, long now, long reported) {
        return Math.max(Math.max(last, reported) + 1, now);
    }
}
