package io.streamwire.bus;

import org.jspecify.annotations.Nullable;

/** Something the bus could not do. */
public sealed class BusException extends RuntimeException {

    private BusException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** What Redis confirmed just before the connection was lost may be lost, too. */
    public static BusException lost() {
        return new Unavailable("the connection was lost", null);
    }

    /**
     * Redis is away, loading or too slow. Whether the call took effect is unknown: repeat it, every
     * call is made for that.
     */
    public static final class Unavailable extends BusException {
        Unavailable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** Somebody else holds the lease now; nothing was written. */
    public static final class LeaseLost extends BusException {
        LeaseLost(Throwable cause) {
            super("the lease is lost", cause);
        }
    }

    /** The stream, or Redis's memory, is full: nothing was written; slow down and repeat. */
    public static final class StreamFull extends BusException {
        StreamFull(Throwable cause) {
            super("the stream is full", cause);
        }
    }

    /** A script is wrong, or was called with wrong arguments. */
    public static final class ScriptFailed extends BusException {
        ScriptFailed(String script, Throwable cause) {
            super("script " + script + " failed: " + cause.getMessage(), cause);
        }
    }
}
