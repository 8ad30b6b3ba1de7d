package io.streamwire.contract.mqtt;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code up/log}: what a board has to say to people. */
public record BoardLog(List<Line> items) {

    public BoardLog {
        items = List.copyOf(items);
    }

    /** How much it matters. */
    public enum Severity {
        DEBUG,
        INFO,
        WARN,
        ERROR;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One line.
     *
     * @param at ms since the epoch; left out by a board that has no clock
     */
    public record Line(@Nullable Long at, Severity level, String text) {}
}
