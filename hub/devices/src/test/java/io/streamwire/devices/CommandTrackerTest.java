package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.CommandState;
import io.streamwire.contract.Ids;
import io.streamwire.contract.mqtt.Ack;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CommandTrackerTest {

    private static @Nullable CommandState state(Ack.Status status, @Nullable String why) {
        return CommandTracker.state(
                new Ack(Ids.next(), status, why, new Ack.Times(null, null, null), null));
    }

    @Test
    void aBoardThatRebootedDoesNotKnowWhatItsEarlierBootDid() {
        assertThat(state(Ack.Status.REJECTED, Ack.REBOOTED)).isEqualTo(CommandState.FAILED);
        assertThat(state(Ack.Status.REJECTED, Ack.NOT_ARMED)).isEqualTo(CommandState.REJECTED);
    }

    @Test
    void aRepetitionMeansWhatItMeantTheFirstTime() {
        assertThat(state(Ack.Status.DUPLICATE, "done")).isEqualTo(CommandState.DONE);
        assertThat(state(Ack.Status.DUPLICATE, "rejected")).isEqualTo(CommandState.FAILED);
        assertThat(state(Ack.Status.DUPLICATE, "nonsense")).isNull();
    }
}
