package io.streamwire.rules;

import java.util.Locale;

/**
 * What happens to an event that comes while a cooldown or limit of all viewers holds; without it
 * such an event does nothing.
 *
 * @param size most events that wait, 1 to {@value #MAX_SIZE}
 * @param maxAgeMs longest wait, {@value #MIN_AGE_MS} to {@value #MAX_AGE_MS} ms
 */
record Queueing(Mode mode, int size, long maxAgeMs) {

    static final int DEFAULT_SIZE = 20;
    static final int MAX_SIZE = 200;
    static final long DEFAULT_AGE_MS = 60_000;
    static final long MIN_AGE_MS = 1_000;
    static final long MAX_AGE_MS = 3_600_000;

    /** What an event does that has to wait. */
    enum Mode {
        /** Takes its turn: viewers one after the other, each with their oldest event. */
        QUEUE,
        /** Takes the place of whoever waits. */
        REPLACE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
