package io.streamwire.bridge;

import io.streamwire.contract.mqtt.Ack;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One output that goes on for a while.
 *
 * @param ms how long it is on
 * @param notAfter the last moment to switch on, ms of the monotonic clock
 * @param progress who is told what becomes of it, on the bridge's thread
 */
record Movement(String command, Map<String, Long> args, long ms, long notAfter, Progress progress) {

    Movement {
        args = Map.copyOf(args);
    }

    /** Exactly one of the last three is called, and nothing after it. Times are local ms. */
    interface Progress {

        /** Why it may not switch on any more, asked before each time that it is sent. */
        Lane.@Nullable Refusal refusal();

        void on(long at);

        /** It has ended by itself. */
        void off(long on, long off);

        /**
         * It was broken off.
         *
         * @param off null when nobody knows exactly
         * @param why of the board, if that was not the host
         */
        void cut(@Nullable Long on, @Nullable Long off, String why);

        /** It has not moved and will not. */
        void refused(Ack.Status status, String why);
    }
}
