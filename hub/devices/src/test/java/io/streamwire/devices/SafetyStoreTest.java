package io.streamwire.devices;

import static io.streamwire.devices.Samples.DEVICE;
import static io.streamwire.devices.Samples.NOW;
import static io.streamwire.devices.Samples.WORKSPACE;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.bus.Bus;
import io.streamwire.contract.DeviceEvent.SafetyChanged;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.devices.ArmingState.Scope;
import io.streamwire.devices.SafetyStore.Basis;
import io.streamwire.devices.SafetyStore.Keep;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Rig.Extension.class)
class SafetyStoreTest {

    private static final long UNTIL = NOW + 60_000;

    private final Bus bus;
    private final SafetyStore store;
    private Basis basis;

    SafetyStoreTest(Rig rig) {
        this.bus = rig.quietBus(WORKSPACE);
        this.store = new SafetyStore(bus);
    }

    @BeforeEach
    void look() {
        basis = store.basis(WORKSPACE).join();
    }

    @AfterEach
    void close() {
        bus.close();
    }

    private static SafetyChanged arming(long at, UUID... devices) {
        return new SafetyChanged(
                WORKSPACE, at, true, List.of(devices), UNTIL, "user:1", Cause.CALL, 0);
    }

    private static SafetyChanged stop(long at, UUID... devices) {
        return new SafetyChanged(
                WORKSPACE, at, false, List.of(devices), null, "user:2", Cause.CALL, 0);
    }

    private long arm(long at, UUID... devices) {
        var now = store.basis(WORKSPACE).join();
        return store.arm(arming(at, devices), now.epoch() + 1, now, Optional.empty())
                .join()
                .epoch();
    }

    private Arming of(UUID id) {
        return store.load(bus.partition(WORKSPACE)).join().stream()
                .filter(decided -> decided.scope().equals(new Scope(WORKSPACE, id)))
                .findFirst()
                .orElseThrow()
                .arming();
    }

    @Test
    void nothingIsArmedOnTopOfAStopThatItsGiverDidNotKnow() {
        var stopped = store.stop(stop(NOW), basis.epoch() + 1).join();

        var late = store.arm(arming(NOW), stopped + 10, basis, Optional.empty()).join();

        assertThat(late.armed()).isFalse();
        assertThat(late.overtaken()).isTrue();
        assertThat(of(WORKSPACE)).returns(false, Arming::armed).returns(stopped, Arming::epoch);
    }

    @Test
    void anArmThatComesLateArmsNothing() {
        store.stop(stop(NOW), basis.epoch() + 1).join();
        var now = store.basis(WORKSPACE).join();
        var old = new Basis(now.epoch(), now.at() - 60_000);

        var late = store.arm(arming(NOW), now.epoch() + 1, old, Optional.empty()).join();

        assertThat(late.armed()).isFalse();
        assertThat(late.overtaken()).isFalse();
        assertThat(of(WORKSPACE).armed()).isFalse();
    }

    @Test
    void anAnswerIsKeptWithTheArming() {
        var keep = new Keep("{1}:" + Ids.next(), Duration.ofMinutes(1));

        var armed =
                store.arm(arming(NOW), basis.epoch() + 1, basis, Optional.of(keep)).join().epoch();

        assertThat(Json.read(bus.get(keep.key()).orElseThrow(), SafetySwitch.Armed.class))
                .isEqualTo(new SafetySwitch.Armed(true, Instant.ofEpochMilli(UNTIL), armed));
    }

    @Test
    void aStopThatIsStoredAgainChangesNothing() {
        var stopped = store.stop(stop(NOW), basis.epoch() + 1).join();

        assertThat(store.stopAgain(stop(NOW), stopped).join()).isEqualTo(stopped);
        assertThat(store.basis(WORKSPACE).join().epoch()).isEqualTo(stopped);
    }

    @Test
    void aStopThatIsStoredLateEndsWhatWasArmedBefore() {
        var armed = arm(NOW, DEVICE);

        var ofDevice = store.stopAgain(stop(NOW + 1, DEVICE), armed - 1).join();
        assertThat(ofDevice).isGreaterThan(armed);
        assertThat(of(DEVICE).armed()).isFalse();

        var again = arm(NOW + 2, DEVICE);
        assertThat(store.stopAgain(stop(NOW + 3), again - 1).join()).isGreaterThan(again);
        assertThat(of(WORKSPACE).armed()).isFalse();

        var whole = arm(NOW + 4);
        assertThat(store.stopAgain(stop(NOW + 5, DEVICE), whole - 1).join()).isGreaterThan(whole);
        assertThat(of(DEVICE).armed()).isFalse();
    }

    @Test
    void aStopThatIsStoredLateLeavesAloneWhatWasArmedAfterIt() {
        var stopped = basis.epoch() + 1;
        var armed = arm(NOW + 10_000, DEVICE);

        assertThat(store.stopAgain(stop(NOW), stopped).join()).isEqualTo(stopped);
        assertThat(of(DEVICE)).returns(true, Arming::armed).returns(armed, Arming::epoch);
    }
}
