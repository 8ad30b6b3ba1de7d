package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import io.streamwire.devices.ArmingState.Decided;
import io.streamwire.devices.ArmingState.Scope;
import org.junit.jupiter.api.Test;

class ArmingTest {

    private static final long NOW = 1_790_000_000_000L;

    @Test
    void theHigherEpochWins() {
        var workspace = Arming.armed(10, NOW + 1);
        var own = Arming.disarmed(11);

        assertThat(own.over(workspace)).isEqualTo(own);
        assertThat(workspace.over(own)).isEqualTo(own);
        assertThat(Arming.armed(12, NOW).over(own).armed()).isTrue();
    }

    @Test
    void disarmedWinsATie() {
        var armed = Arming.armed(10, NOW + 1);
        var disarmed = Arming.disarmed(10);

        assertThat(armed.over(disarmed)).isEqualTo(disarmed);
        assertThat(disarmed.over(armed)).isEqualTo(disarmed);
    }

    @Test
    void anArmingEndsByItself() {
        var arming = Arming.armed(10, NOW + 100);

        assertThat(arming.holds(NOW + 99)).isTrue();
        assertThat(arming.holds(NOW + 100)).isFalse();
        assertThat(Arming.disarmed(10).holds(NOW)).isFalse();
    }

    @Test
    void epochsGrowWhateverTheClockAndTheBoardsSay() {
        assertThat(Arming.nextEpoch(0, NOW, 0)).isEqualTo(NOW);
        assertThat(Arming.nextEpoch(NOW, NOW, 0)).isEqualTo(NOW + 1);
        assertThat(Arming.nextEpoch(NOW + 50, NOW - 1_000, 0)).isEqualTo(NOW + 51);
        assertThat(Arming.nextEpoch(0, NOW, NOW + 7)).isEqualTo(NOW + 8);
    }

    @Test
    void isReadAsTheScriptWritesIt() {
        assertThat(Arming.parse("12 1 34")).isEqualTo(Arming.armed(12, 34));
        assertThat(Arming.parse("13 0 0")).isEqualTo(Arming.disarmed(13));
    }

    @Test
    void lateNewsNeverArmsAgain() {
        var state = new ArmingState();
        var workspace = Ids.next();
        var device = Ids.next();

        state.apply(Scope.workspace(workspace), Arming.disarmed(20));
        state.apply(Scope.workspace(workspace), Arming.armed(19, NOW));

        assertThat(state.inForce(workspace, device)).isEqualTo(Arming.disarmed(20));
        assertThat(state.lastEpoch(workspace)).isEqualTo(20);
    }

    @Test
    void aDevicesOwnStopOutlivesAnOlderArmingOfItsWorkspace() {
        var state = new ArmingState();
        var workspace = Ids.next();
        var device = Ids.next();
        var neighbour = Ids.next();
        state.apply(Scope.workspace(workspace), Arming.armed(20, NOW));

        state.apply(new Scope(workspace, device), Arming.disarmed(21));

        assertThat(state.inForce(workspace, device).armed()).isFalse();
        assertThat(state.inForce(workspace, neighbour).armed()).isTrue();
    }

    @Test
    void aDevicesOwnArmingEndsWithTheNextWordToItsWorkspace() {
        var state = new ArmingState();
        var whole = Scope.workspace(Ids.next());
        var own = new Scope(whole.workspaceId(), Ids.next());
        var arming = Arming.armed(20, NOW);
        state.apply(own, arming);

        assertThat(state.obeyed(new Decided(own, arming))).isTrue();

        state.apply(whole, Arming.disarmed(21));

        assertThat(state.obeyed(new Decided(own, arming))).isFalse();

        var again = Arming.armed(22, NOW);
        state.apply(whole, again);

        assertThat(state.obeyed(new Decided(own, arming))).isFalse();
        assertThat(state.obeyed(new Decided(whole, again))).isTrue();
    }
}
