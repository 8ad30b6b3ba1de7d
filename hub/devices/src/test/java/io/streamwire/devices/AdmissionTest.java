package io.streamwire.devices;

import static io.streamwire.devices.Samples.BOOT;
import static io.streamwire.devices.Samples.EPOCH;
import static io.streamwire.devices.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.mqtt.BoardState.Phase;
import io.streamwire.devices.Admission.Reason;
import io.streamwire.devices.Admission.Request;
import io.streamwire.devices.Admission.Verdict;
import io.streamwire.devices.Admission.Verdict.Admitted;
import io.streamwire.devices.Admission.Verdict.Refused;
import io.streamwire.devices.DeviceCache.Known;
import io.streamwire.devices.Presence.Seen;
import io.streamwire.service.Violation;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AdmissionTest {

    private static final Arming ARMED = Arming.armed(EPOCH, NOW + 60_000);

    private static Request spin(long level, long ms, boolean clamp) {
        return new Request(
                "motor_spin", Map.of("level", level, "ms", ms), NOW + 2_000, EPOCH, clamp);
    }

    private static Verdict decide(
            Request request, @Nullable Known known, Arming arming, @Nullable Seen seen) {
        return Admission.decide(request, known, arming, seen, NOW);
    }

    private static Verdict decide(Request request) {
        return decide(request, Samples.motor(), ARMED, Samples.seen(Phase.READY));
    }

    private static Reason reason(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Refused.class);
        return ((Refused) verdict).reason();
    }

    @Test
    void whatIsInTheEnvelopeGoesToTheBoardsPresentBoot() {
        assertThat(decide(spin(60, 800, false)))
                .asInstanceOf(InstanceOfAssertFactories.type(Admitted.class))
                .returns(Map.of("level", 60L, "ms", 800L), Admitted::args)
                .returns(BOOT, Admitted::boot);
    }

    @Test
    void aBoardHasOnlyAsLongToConfirmAsItsOutputIsOn() {
        assertThat(decide(spin(60, 800, false)))
                .asInstanceOf(InstanceOfAssertFactories.type(Admitted.class))
                .returns(800L, Admitted::onMs);
        assertThat(new Admitted(Map.of(), Samples.limit(), BOOT, 0).onMs()).isEqualTo(3_000);
    }

    @Test
    void argumentsOfRulesAreMovedIntoTheEnvelope() {
        assertThat(decide(spin(900, 60_000, true)))
                .asInstanceOf(InstanceOfAssertFactories.type(Admitted.class))
                .returns(Map.of("level", 100L, "ms", 3_000L), Admitted::args);
    }

    @Test
    void argumentsOfPeopleAreRefusedEachWithItsPointer() {
        var request =
                new Request(
                        "motor_spin",
                        Map.of("level", 101L, "colour", 3L),
                        NOW + 2_000,
                        EPOCH,
                        false);

        var verdict = decide(request);

        assertThat(reason(verdict)).isEqualTo(Reason.OUT_OF_RANGE);
        assertThat(((Refused) verdict).violations())
                .extracting(Violation::pointer)
                .containsExactlyInAnyOrder("/args/level", "/args/ms", "/args/colour");
    }

    @Test
    void aCommandThatTheBoardDoesNotHaveIsNotAllowed() {
        var request = new Request("laser_on", Map.of(), NOW + 2_000, EPOCH, true);

        assertThat(reason(decide(request))).isEqualTo(Reason.COMMAND_NOT_ALLOWED);
    }

    @Test
    void aBoardThatHasNotDescribedItselfTakesNothing() {
        var known = Known.of(Samples.device());

        assertThat(reason(decide(spin(1, 50, true), known, ARMED, Samples.seen(Phase.READY))))
                .isEqualTo(Reason.COMMAND_NOT_ALLOWED);
    }

    @Test
    void nothingGoesToADisarmedAnOfflineOrAnUnknownDevice() {
        var known = Samples.motor();
        var seen = Samples.seen(Phase.READY);
        var spin = spin(60, 800, true);

        assertThat(reason(decide(spin, null, ARMED, seen))).isEqualTo(Reason.UNKNOWN_DEVICE);
        assertThat(reason(decide(spin, known, Arming.disarmed(EPOCH), seen)))
                .isEqualTo(Reason.DEVICE_DISARMED);
        assertThat(reason(decide(spin, known, Arming.armed(EPOCH, NOW), seen)))
                .isEqualTo(Reason.DEVICE_DISARMED);
        assertThat(reason(decide(spin, known, ARMED, Samples.seen(Phase.LOST))))
                .isEqualTo(Reason.DEVICE_OFFLINE);
        assertThat(reason(decide(spin, known, ARMED, null))).isEqualTo(Reason.DEVICE_OFFLINE);
    }

    @Test
    void aStopThatCameLaterKillsWhatWasDecidedBefore() {
        var armedAgain = Arming.armed(EPOCH + 2, NOW + 60_000);

        assertThat(
                        reason(
                                decide(
                                        spin(60, 800, true),
                                        Samples.motor(),
                                        armedAgain,
                                        Samples.seen(Phase.READY))))
                .isEqualTo(Reason.STALE_EPOCH);
    }

    @Test
    void whatIsTooLateIsExpired() {
        var request = new Request("motor_spin", Map.of(), NOW, EPOCH, true);

        assertThat(reason(decide(request))).isEqualTo(Reason.EXPIRED);
    }
}
