package io.streamwire.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import io.streamwire.contract.mqtt.BoardState.Phase;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Envelope;
import io.streamwire.contract.mqtt.Safety;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The stop input of a board, and the hub's times at which somebody armed it. */
class HubDeviceTest {

    private static final long MINUTE_MS = 60_000;

    private final Loop loop =
            new Loop(failure -> {
                throw new AssertionError(failure);
            });
    private final HubClock clock = new HubClock();
    private final Input board = new Input();
    private final HubDevice device =
            new HubDevice(
                    Ids.next(),
                    Ids.next(),
                    loop,
                    clock,
                    new HubLine(
                            loop,
                            new HubLine.Access("tcp://127.0.0.1:1", "nobody", "", null, "will"),
                            new Nobody(),
                            new Random(1)),
                    new BridgeCounters());

    @BeforeEach
    void attach() {
        onLoop(() -> device.attach(board, 7, false));
        arm(at(0), at(0));
        assertThat(device.armed()).isTrue();
    }

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void anArmingFromBeforeTheReleaseEndsNoStop() {
        press(at(1));
        // Armed at 2, of which the bridge hears only later.
        moveInput(at(3));

        arm(at(2), at(4));

        assertStopped();
        arm(at(5), at(5));
        assertThat(board.said).containsExactly("ARM", "CLEAR", "ARM");
        assertThat(device.armed()).isTrue();
    }

    @Test
    void anArmingFromBeforeASecondPressEndsNoStop() {
        press(at(1));
        moveInput(at(2));
        // Armed at 3, of which the bridge hears only later.
        press(at(4));

        arm(at(3), at(5));

        assertStopped();
    }

    @Test
    void aPressWhileTheStopIsBeingEndedHolds() {
        press(at(1));
        board.answers = false;
        arm(at(2), at(2));
        assertThat(board.said).containsExactly("ARM", "CLEAR");

        press(at(3));
        onLoop(() -> board.asked.accept(true)); // of the CLEAR before

        assertThat(device.armed()).isFalse();
        assertThat(device.phase()).isEqualTo(Phase.STOPPED);
        assertThat(board.said).containsExactly("ARM", "CLEAR");
    }

    @Test
    void thatTheStopStillHoldsIsNoNewStop() {
        press(at(1));
        hear(at(3));
        onLoop(device::stoppedByItself); // as every PING says

        arm(at(2), at(4));

        assertThat(board.said).containsExactly("ARM", "CLEAR", "ARM");
    }

    private void assertStopped() {
        assertThat(board.said).containsExactly("ARM");
        assertThat(device.armed()).isFalse();
        assertThat(device.phase()).isEqualTo(Phase.STOPPED);
    }

    /** A minute of the hub's: more than this test takes. */
    private static long at(int minute) {
        return 1_790_000_000_000L + minute * MINUTE_MS;
    }

    private void press(long hub) {
        moveInput(hub);
    }

    private void moveInput(long hub) {
        hear(hub);
        onLoop(device::stopInputMoved);
    }

    private void hear(long hub) {
        onLoop(() -> clock.heard(hub, loop.millis()));
    }

    /** The hub says at {@code now} that somebody has armed the workspace at {@code epoch}. */
    private void arm(long epoch, long now) {
        onLoop(() -> device.obey(SafetyGate.Source.WORKSPACE, Safety.arm(epoch, now), false));
    }

    private void onLoop(Runnable work) {
        loop.<Boolean>ask(
                1_000,
                () -> {
                    work.run();
                    return true;
                });
    }

    /** A board that can be asked to end its stop. */
    private static final class Input implements Board {
        private final List<String> said = new ArrayList<>();
        private boolean answers = true;
        private Consumer<Boolean> asked = _ -> {};

        @Override
        public Capabilities capabilities() {
            return new Capabilities(1, "1.0.0", "uno", Capabilities.LimitsBy.BOARD, List.of());
        }

        @Override
        public void keep(Envelope envelope, Runnable kept) {
            kept.run();
        }

        @Override
        public void arm(long ms) {
            said.add("ARM");
        }

        @Override
        public void stop(Runnable off) {
            off.run();
        }

        @Override
        public void clear(Consumer<Boolean> ended) {
            said.add("CLEAR");
            asked = ended;
            if (answers) {
                ended.accept(true);
            }
        }

        @Override
        public void move(Movement movement) {}
    }

    private static final class Nobody implements HubLine.Owner {
        @Override
        public byte[] lastWill() {
            return new byte[0];
        }

        @Override
        public void connected() {}

        @Override
        public void disconnected(String reason) {}

        @Override
        public void granted(String filter) {}

        @Override
        public void arrived(String topic, byte[] body, boolean retained) {}
    }
}
