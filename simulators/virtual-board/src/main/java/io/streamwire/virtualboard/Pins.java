package io.streamwire.virtualboard;

import java.util.UUID;

/** A board's outputs. */
@FunctionalInterface
interface Pins {

    /** Switches an actuator on or off, for a command. */
    void set(String actuator, boolean on, UUID commandId);
}
