package io.streamwire.bridge;

import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Envelope;
import java.util.function.Consumer;

/** Something that has outputs, as long as one session with it lasts. On the bridge's thread. */
interface Board {

    Capabilities capabilities();

    /**
     * Tightens its own limits to these.
     *
     * @param kept when it keeps them
     */
    void keep(Envelope envelope, Runnable kept);

    /** Lets it move for so many ms from now; a later one replaces it. */
    void arm(long ms);

    /**
     * Everything off, and disarmed.
     *
     * @param off when it says so
     */
    void stop(Runnable off);

    /**
     * Ends a stop of its own.
     *
     * @param ended whether that is possible: not while its stop input is open
     */
    void clear(Consumer<Boolean> ended);

    void move(Movement movement);
}
