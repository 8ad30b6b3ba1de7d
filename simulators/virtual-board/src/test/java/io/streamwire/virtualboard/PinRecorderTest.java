package io.streamwire.virtualboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.CommandMessage;
import io.streamwire.contract.mqtt.DeviceConfig;
import io.streamwire.contract.mqtt.Safety;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.virtualboard.PinRecorder.Offence;
import io.streamwire.virtualboard.PinRecorder.Violation;
import java.util.ArrayList;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PinRecorderTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final UUID workspace = Ids.next();
    private final UUID device = Ids.next();
    private final PinRecorder recorder = new PinRecorder();

    @Test
    void aSoundPulseIsNoOffence() {
        armed(3, false, 0);
        var id = commanded(3, 2_000);

        on(id);
        recorder.edge(device, "motor_spin", false, id);

        assertThat(recorder.violations()).isEmpty();
        assertThat(recorder.totals()).isEqualTo(new PinRecorder.Totals(1, 0, 1, 1, 0, 0, 0, 0, 0));
    }

    @Test
    void aSecondPulseOfOneCommandIsADuplicateAlsoAfterAReboot() {
        armed(3, false, 0);
        var id = commanded(3, 2_000);

        on(id);
        recorder.disconnected(device);
        armed(3, false, 0);
        on(id);

        assertOffence(Offence.DUPLICATE);
        assertThat(recorder.totals().duplicates()).isEqualTo(1);
    }

    @Test
    void aPulseAfterItsLastMomentIsStale() {
        armed(3, false, 0);

        on(commanded(3, -1_000));

        assertOffence(Offence.STALE);
        assertThat(recorder.totals().stale()).isEqualTo(1);
    }

    @Test
    void aPulseWithoutAnArmingIsUnarmed() {
        on(commanded(3, 2_000));

        assertOffence(Offence.UNARMED);
        assertThat(recorder.totals().unarmed()).isEqualTo(1);
    }

    @Test
    void aRetainedArmingIsNone() {
        armed(3, true, 0);

        on(commanded(3, 2_000));

        assertOffence(Offence.UNARMED);
    }

    @Test
    void aPulseAfterAStopIsUnarmedAndAnOlderLeaseDoesNotHelp() {
        armed(3, false, -2 * SECOND);
        stopped(4, -SECOND);
        armed(3, false, 0);
        armed(4, false, 0);

        on(commanded(4, 2_000));

        assertOffence(Offence.UNARMED);
    }

    @Test
    void aPulseAfterTheLeaseIsUnarmed() {
        armed(3, false, -31 * SECOND);

        on(commanded(3, 2_000));

        assertOffence(Offence.UNARMED);
    }

    @Test
    void aCommandFromBeforeAStopIsUnarmedEvenWhenItIsArmedAgain() {
        armed(3, false, -4 * SECOND);
        var id = commanded(3, 2_000);
        stopped(4, -3 * SECOND);
        armed(5, false, -2 * SECOND);

        on(id);

        assertOffence(Offence.UNARMED);
    }

    @Test
    void aStopOfOneTopicHoldsAgainstAnOlderArmingOfTheOther() {
        armed(3, false, -2 * SECOND);
        recorder.received(
                device,
                Topics.safety(workspace, device),
                Json.writeBytes(Safety.disarm(4, Hub.now())),
                false,
                System.nanoTime() - SECOND);
        armed(3, false, 0);

        on(commanded(3, 2_000));

        assertOffence(Offence.UNARMED);
    }

    @Test
    void aPulseThatNobodyAskedForIsCounted() {
        armed(3, false, 0);

        on(Ids.next());

        assertOffence(Offence.UNASKED);
    }

    @Test
    void aPulseOutsideOfTheEnvelopeIsCounted() {
        recorder.described(device, Json.writeBytes(VirtualBoard.CAPABILITIES));
        recorder.received(
                device,
                Topics.desiredConfig(workspace, device),
                Json.writeBytes(
                        new DeviceConfig(
                                1,
                                "0",
                                Map.of("motor_spin", new DeviceConfig.Limits(200L, null, null)))),
                true,
                System.nanoTime() - SECOND);
        armed(3, false, 0);

        on(commanded(3, 2_000));

        assertOffence(Offence.OUT_OF_RANGE);
        assertThat(recorder.totals().outside()).isEqualTo(1);
    }

    @Test
    void garbageOnTheWireIsIgnored() {
        recorder.received(device, Topics.command(workspace, device), new byte[] {'{'}, false, 0);
        recorder.received(
                device, Topics.safety(workspace), Json.writeBytes(Map.of("armed", 7)), false, 0);

        assertThat(recorder.totals().commands()).isZero();
    }

    @Test
    void listenersHearEachCommandOnce() {
        var heard = new ArrayList<UUID>();
        recorder.onCommand(reception -> heard.add(reception.commandId()));

        var id = Ids.next();
        commanded(id, 3, 2_000);
        commanded(id, 3, 2_000);

        assertThat(heard).containsExactly(id);
        assertThat(recorder.totals().repetitions()).isEqualTo(1);
    }

    private void assertOffence(Offence offence) {
        assertThat(recorder.violations()).extracting(Violation::offence).containsExactly(offence);
        assertThat(recorder.totals().violations()).isEqualTo(1);
    }

    private void armed(long epoch, boolean retained, long nanosFromNow) {
        safety(Safety.arm(epoch, Hub.now()), retained, nanosFromNow);
    }

    private void stopped(long epoch, long nanosFromNow) {
        safety(Safety.disarm(epoch, Hub.now()), false, nanosFromNow);
    }

    private void safety(Safety safety, boolean retained, long nanosFromNow) {
        recorder.received(
                device,
                Topics.safety(workspace),
                Json.writeBytes(safety),
                retained,
                System.nanoTime() + nanosFromNow);
    }

    private UUID commanded(long epoch, long ttlMs) {
        var id = Ids.next();
        commanded(id, epoch, ttlMs);
        return id;
    }

    private void commanded(UUID id, long epoch, long ttlMs) {
        var command =
                new CommandMessage(
                        id,
                        "motor_spin",
                        Map.of("level", 60L, "ms", 800L),
                        Hub.now(),
                        Hub.now() + ttlMs,
                        epoch,
                        7,
                        null);
        recorder.received(
                device,
                Topics.command(workspace, device),
                Json.writeBytes(command),
                false,
                System.nanoTime());
    }

    private void on(UUID commandId) {
        recorder.edge(device, "motor_spin", true, commandId);
    }
}
