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
 * @param why {@link #HARDWARE} while a stop of the board's own holds; else absent
 */
public record BoardState(
        Phase s,
        long boot,
        long epoch,
        @Nullable String fw,
        @Nullable String envelope,
        @Nullable String why) {

    /** The board's own stop button, or whatever else stops it without the hub. */
    public static final String HARDWARE = "hardware";

    /** A board that has not stopped by itself. */
    public BoardState(
            Phase s, long boot, long epoch, @Nullable String fw, @Nullable String envelope) {
        this(s, boot, epoch, fw, envelope, null);
    }

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
