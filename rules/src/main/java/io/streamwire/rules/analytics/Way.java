package io.streamwire.rules.analytics;

import java.util.Locale;

/** A part of the way from a viewer to a pin whose time is measured. */
enum Way {
    /** From the frame that brought the event to the decision. */
    DECIDED,
    /** From the moment the devices service had the action until the board's pin was on. */
    BOARD;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
