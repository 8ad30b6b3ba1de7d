package io.streamwire.bridge;

import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Capabilities.LimitsBy;
import io.streamwire.contract.mqtt.Capabilities.UnknownBoard;
import io.streamwire.contract.mqtt.Envelope;
import java.util.List;
import java.util.function.Consumer;

/** The bridge itself as a board: it can do nothing, and tells of the boards that nobody adopted. */
final class NoOutputs implements Board {

    private static final int DOCUMENT = 1;

    static Capabilities capabilities(List<UnknownBoard> unknown) {
        return new Capabilities(
                DOCUMENT, Bridge.VERSION, "bridge", LimitsBy.BOARD, List.of(), unknown);
    }

    @Override
    public Capabilities capabilities() {
        return capabilities(List.of());
    }

    @Override
    public void keep(Envelope envelope, Runnable kept) {
        kept.run();
    }

    @Override
    public void arm(long ms) {
        // Nothing can move.
    }

    @Override
    public void stop(Runnable off) {
        off.run();
    }

    @Override
    public void clear(Consumer<Boolean> ended) {
        ended.accept(true);
    }

    @Override
    public void move(Movement movement) {
        movement.progress().refused(Ack.Status.REJECTED, Ack.UNKNOWN_COMMAND);
    }
}
