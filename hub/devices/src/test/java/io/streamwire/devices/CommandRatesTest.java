package io.streamwire.devices;

import static io.streamwire.devices.Samples.DEVICE;
import static io.streamwire.devices.Samples.NOW;
import static io.streamwire.devices.Samples.WORKSPACE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamwire.contract.Ids;
import io.streamwire.devices.Admission.Reason;
import io.streamwire.service.Problem;
import org.junit.jupiter.api.Test;

class CommandRatesTest {

    private final CommandRates rates = new CommandRates(new CommandRates.Settings(2, 3, 4, 2));

    @Test
    void whatComesTogetherCountsOnceForItsViewerAndIsDoneAltogetherOrNotAtAll() {
        assertThat(rates.takeTogether(WORKSPACE, 10, "viewer", NOW)).isEmpty();
        assertThat(rates.takeTogether(WORKSPACE, 1, "other", NOW)).hasValue(Reason.WORKSPACE_RATE);
        rates.giveBack(WORKSPACE, null, null);
        assertThat(rates.takeTogether(WORKSPACE, 2, "other", NOW)).hasValue(Reason.WORKSPACE_RATE);
        assertThat(rates.takeTogether(WORKSPACE, 1, "other", NOW)).isEmpty();
    }

    @Test
    void aDeviceTakesABurstAndThenItsRate() {
        for (int i = 0; i < 3; i++) {
            assertThat(rates.take(WORKSPACE, DEVICE, null, NOW)).isEmpty();
        }
        assertThat(rates.take(WORKSPACE, DEVICE, null, NOW)).hasValue(Reason.DEVICE_RATE);
        assertThat(rates.take(WORKSPACE, DEVICE, null, NOW + 499)).hasValue(Reason.DEVICE_RATE);
        assertThat(rates.take(WORKSPACE, DEVICE, null, NOW + 500)).isEmpty();
        assertThat(rates.take(WORKSPACE, Ids.next(), null, NOW)).isEmpty();
    }

    @Test
    void aViewerCausesOnlySoManyOnWhateverDevice() {
        for (int i = 0; i < 4; i++) {
            assertThat(rates.take(WORKSPACE, Ids.next(), "viewer", NOW)).isEmpty();
        }
        assertThat(rates.take(WORKSPACE, Ids.next(), "viewer", NOW)).hasValue(Reason.VIEWER_RATE);
        assertThat(rates.take(WORKSPACE, Ids.next(), "other", NOW)).isEmpty();
        assertThat(rates.take(Ids.next(), Ids.next(), "viewer", NOW)).isEmpty();
        assertThat(rates.take(WORKSPACE, Ids.next(), "viewer", NOW + 15_000)).isEmpty();
    }

    @Test
    void theRulesOfAWorkspaceShareARate() {
        for (int i = 0; i < 10; i++) {
            assertThat(rates.take(WORKSPACE, Ids.next(), null, NOW)).isEmpty();
        }
        assertThat(rates.take(WORKSPACE, Ids.next(), null, NOW)).hasValue(Reason.WORKSPACE_RATE);
        assertThat(rates.take(Ids.next(), Ids.next(), null, NOW)).isEmpty();
        rates.take(DEVICE, NOW); // people's are not among them

        rates.giveBack(WORKSPACE, Ids.next(), null);
        assertThat(rates.take(WORKSPACE, Ids.next(), null, NOW)).isEmpty();
        assertThat(rates.take(WORKSPACE, Ids.next(), null, NOW + 499)).isNotEmpty();
        assertThat(rates.take(WORKSPACE, Ids.next(), null, NOW + 500)).isEmpty();
    }

    @Test
    void peopleAreToldWhenToComeBack() {
        for (int i = 0; i < 3; i++) {
            rates.take(DEVICE, NOW);
        }

        assertThatThrownBy(() -> rates.take(DEVICE, NOW))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("device_rate"));
    }
}
