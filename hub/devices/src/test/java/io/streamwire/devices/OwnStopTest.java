package io.streamwire.devices;

import static io.streamwire.devices.Samples.DEVICE;
import static io.streamwire.devices.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.BoardState.Phase;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OwnStopTest {

    private static final Arming ARMED = Arming.armed(NOW, NOW + 1_000);

    private static BoardState stopped(long epoch, @Nullable String why) {
        return new BoardState(Phase.STOPPED, 1, epoch, "1.0.0", null, why);
    }

    private static OwnStop judge(BoardState state, Arming inForce, Arming own) {
        return OwnStop.of(state, inForce, own, NOW);
    }

    @Test
    void aBoardThatObeysTheHubHasNotStoppedByItself() {
        var stop = Arming.disarmed(NOW + 1);

        assertThat(judge(stopped(NOW + 1, null), stop, Arming.NEVER)).isEqualTo(OwnStop.NONE);
        assertThat(judge(stopped(NOW - 1, null), ARMED, Arming.NEVER)).isEqualTo(OwnStop.NONE);
        assertThat(judge(new BoardState(Phase.READY, 1, NOW, null, null), ARMED, Arming.NEVER))
                .isEqualTo(OwnStop.NONE);
    }

    @Test
    void aBoardThatSaysSoIsBelieved() {
        var said = stopped(NOW, BoardState.HARDWARE);

        assertThat(judge(said, ARMED, Arming.NEVER)).isEqualTo(OwnStop.SAID);
    }

    @Test
    void aReportFromBeforeAnArmingIsLookedAtAgain() {
        var said = stopped(NOW - 1, BoardState.HARDWARE);

        assertThat(judge(said, ARMED, Arming.NEVER)).isEqualTo(OwnStop.SUSPECTED);
    }

    @Test
    void aStopUnderAnEpochThatDidNotStopItIsSuspect() {
        assertThat(judge(stopped(NOW, null), ARMED, Arming.NEVER)).isEqualTo(OwnStop.SUSPECTED);
        assertThat(judge(stopped(NOW + 5, null), ARMED, Arming.NEVER)).isEqualTo(OwnStop.SUSPECTED);
    }

    @Test
    void anUnbelievableEpochIsIgnored() {
        var furthest = NOW + Duration.ofDays(2).toMillis();

        assertThat(judge(stopped(furthest, null), ARMED, Arming.NEVER)).isEqualTo(OwnStop.NONE);
    }

    @Test
    void whatTheHubHasTakenInIsNoNews() {
        var latched = Arming.disarmed(NOW + 1, Cause.board(DEVICE, NOW));

        assertThat(judge(stopped(NOW, BoardState.HARDWARE), latched, latched))
                .isEqualTo(OwnStop.NONE);
        assertThat(judge(stopped(NOW + 1, BoardState.HARDWARE), latched, latched))
                .isEqualTo(OwnStop.NONE);
        assertThat(
                        judge(
                                stopped(NOW + 9, BoardState.HARDWARE),
                                Arming.armed(NOW + 9, NOW + 1_000),
                                latched))
                .isEqualTo(OwnStop.SAID);
    }

    @Test
    void aBoardThatMakesEpochsUpIsStoppedOnlyOnce() {
        var latched = Arming.disarmed(NOW + 1, Cause.board(DEVICE, NOW));

        for (var epoch : new long[] {NOW + 2, NOW + 60_000, Long.MAX_VALUE}) {
            assertThat(judge(stopped(epoch, BoardState.HARDWARE), latched, latched))
                    .isEqualTo(OwnStop.NONE);
            assertThat(judge(stopped(epoch, null), latched, latched)).isEqualTo(OwnStop.NONE);
        }
        assertThat(judge(stopped(Long.MAX_VALUE, BoardState.HARDWARE), ARMED, Arming.NEVER))
                .isEqualTo(OwnStop.NONE);
    }
}
