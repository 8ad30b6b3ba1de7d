package io.streamwire.devices;

import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.BoardState.Phase;
import java.util.concurrent.TimeUnit;

/** Whether a board has stopped by itself. */
enum OwnStop {
    /** It has not, or the hub knows already. */
    NONE,
    /** It says so. */
    SAID,
    /**
     * It has stopped under an epoch that it was not stopped under: by itself, or by a stop that
     * this instance does not know of (yet).
     */
    SUSPECTED;

    /** A board may not push the workspace's epochs further into the future than this, ms. */
    private static final long FURTHEST_EPOCH_MS = TimeUnit.DAYS.toMillis(1);

    /**
     * @param inForce what the board is to obey
     * @param own the last arm or stop of the board alone
     */
    static OwnStop of(BoardState state, Arming inForce, Arming own, long now) {
        if (state.s() != Phase.STOPPED) {
            return NONE;
        }
        if (own.hardwareStop() && own.epoch() >= inForce.epoch()) {
            return NONE; // it is stopped for that already, whatever epochs it makes up
        }
        if (state.epoch() > now + FURTHEST_EPOCH_MS) {
            return NONE;
        }
        if (BoardState.HARDWARE.equals(state.why())) {
            // It may not have heard yet of an arming that came after the release of its button.
            return state.epoch() >= inForce.epoch() ? SAID : SUSPECTED;
        }
        var unknown = state.epoch() > inForce.epoch();
        var armed = inForce.armed() && state.epoch() == inForce.epoch();
        return unknown || armed ? SUSPECTED : NONE;
    }
}
