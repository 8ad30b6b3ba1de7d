package io.streamwire.virtualboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.mqtt.Safety;
import io.streamwire.virtualboard.SafetyGate.Scope;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SafetyGateTest {

    private static final long NOW = 1_790_000_000_000L;

    private final SafetyGate gate = new SafetyGate();

    @Test
    void startsDisarmedAndNotStopped() {
        assertThat(gate.armed(0)).isFalse();
        assertThat(gate.stopped()).isFalse();
        assertThat(gate.epoch()).isZero();
    }

    @Test
    void aLeaseEndsByItselfOnTheBoardsOwnClock() {
        gate.obey(Scope.WORKSPACE, Safety.arm(3, NOW), false, 100);

        assertThat(gate.armed(100 + Safety.LEASE_MS - 1)).isTrue();
        assertThat(gate.armed(100 + Safety.LEASE_MS)).isFalse();
    }

    @Test
    void aLeaseIsNeverLongerThanTheContractSays() {
        gate.obey(Scope.OWN, new Safety(true, 3, NOW + 3_600_000, NOW), false, 0);

        assertThat(gate.leaseEnd()).isEqualTo(Safety.LEASE_MS);
    }

    @Test
    void aStopWinsATieInEitherOrderAndOnEitherTopic() {
        gate.obey(Scope.WORKSPACE, Safety.disarm(3, NOW), false, 0);
        gate.obey(Scope.WORKSPACE, Safety.arm(3, NOW), false, 0);
        assertThat(gate.armed(1)).isFalse();

        gate.obey(Scope.OWN, Safety.arm(3, NOW), false, 0);
        assertThat(gate.armed(1)).isFalse();
        assertThat(gate.stopped()).isTrue();
    }

    @Test
    void theHigherEpochOfBothTopicsIsObeyed() {
        gate.obey(Scope.WORKSPACE, Safety.disarm(3, NOW), false, 0);
        gate.obey(Scope.OWN, Safety.arm(4, NOW), false, 0);
        assertThat(gate.armed(1)).isTrue();

        gate.obey(Scope.WORKSPACE, Safety.arm(3, NOW), false, 0);
        gate.obey(Scope.OWN, Safety.disarm(2, NOW), false, 0);
        assertThat(gate.armed(1)).isTrue();

        gate.obey(Scope.WORKSPACE, Safety.disarm(5, NOW), false, 0);
        assertThat(gate.armed(1)).isFalse();
        assertThat(gate.epoch()).isEqualTo(5);
    }

    @Test
    void aRetainedArmingOnlyRaisesTheEpoch() {
        gate.obey(Scope.WORKSPACE, Safety.arm(3, NOW), false, 0);
        gate.obey(Scope.WORKSPACE, Safety.arm(4, NOW), true, 0);

        assertThat(gate.epoch()).isEqualTo(4);
        assertThat(gate.armed(1)).isFalse();
        assertThat(gate.stopped()).isFalse();

        gate.obey(Scope.WORKSPACE, Safety.arm(4, NOW), false, 0);
        assertThat(gate.armed(1)).isTrue();
    }

    @Test
    void aLostLinkEndsTheLeaseAndARenewalResumesIt() {
        gate.obey(Scope.WORKSPACE, Safety.arm(3, NOW), false, 0);

        gate.dropLeases();
        assertThat(gate.armed(1)).isFalse();

        gate.obey(Scope.WORKSPACE, Safety.arm(3, NOW), false, 1);
        assertThat(gate.armed(2)).isTrue();
    }

    @Test
    void aPressedButtonHoldsUntilAnArmingAfterItsRelease() {
        gate.obey(Scope.WORKSPACE, Safety.arm(NOW, NOW), false, 0);
        gate.press();
        gate.obey(Scope.WORKSPACE, Safety.arm(NOW + 10, NOW + 10), false, 10);
        gate.release(OptionalLong.of(NOW + 20));
        gate.obey(Scope.WORKSPACE, Safety.arm(NOW + 20, NOW + 20), false, 20);
        assertThat(gate.armed(21)).isFalse();
        assertThat(gate.stopped()).isTrue();

        gate.obey(Scope.WORKSPACE, Safety.arm(NOW + 21, NOW + 21), false, 21);

        assertThat(gate.armed(22)).isTrue();
    }

    @Test
    void aStopBeforeTheFirstMessageOutlastsAnOlderArming() {
        gate.press();
        gate.release(OptionalLong.empty());
        gate.obey(Scope.OWN, Safety.disarm(3, 5), true, 0);
        gate.obey(Scope.WORKSPACE, Safety.arm(NOW, NOW + 100), false, 100);
        gate.obey(Scope.WORKSPACE, Safety.arm(NOW, NOW + 200), false, 200);
        assertThat(gate.armed(201)).isFalse();

        gate.obey(Scope.WORKSPACE, Safety.arm(NOW + 300, NOW + 300), false, 300);

        assertThat(gate.armed(301)).isTrue();
    }

    @Test
    void aStopWhileTheLinkIsLostOutlastsAnArmingThatCameMeanwhile() {
        gate.obey(Scope.WORKSPACE, Safety.arm(NOW, NOW), false, 0);
        gate.dropLeases();
        gate.press();
        gate.release(OptionalLong.of(NOW + 300));

        gate.obey(Scope.WORKSPACE, Safety.arm(NOW + 100, NOW + 400), false, 400);
        assertThat(gate.armed(401)).isFalse();

        gate.obey(Scope.WORKSPACE, Safety.arm(NOW + 500, NOW + 500), false, 500);
        assertThat(gate.armed(501)).isTrue();
    }
}
