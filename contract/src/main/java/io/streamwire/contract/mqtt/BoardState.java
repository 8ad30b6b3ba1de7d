package io.streamwire.contract.mqtt;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code up/state}, retained, also the last will.
 *
 * @param boot counts the board's starts
 * @param epoch the safety epoch that the board obeys
 * @param fw firmware version
 * @param envelope hash of the safety envelope that the board enforces
 */
public record BoardState(
        Phase s, long boot, long epoch, @Nullable String fw, @Nullable String envelope) {

    /** What the board is doing. */
    public enum Phase {
        INIT,
        READY,
        STOPPED,
        SLEEP,
        LOST;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
