package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * No sequence of calls, rules, roles, tokens and faults makes an output leave its envelope; what
 * {@link EnvelopePropertyTest} shows of the decisions, shown of the running parts.
 */
@ExtendWith(Rig.Extension.class)
class EnvelopeStormTest {

    private static final Duration LENGTH =
            Duration.ofSeconds(Integer.getInteger("envelope.seconds", 15));

    private final Rig rig;

    EnvelopeStormTest(Rig rig) {
        this.rig = rig;
    }

    @Test
    void noSequenceOfCallsMakesAnOutputLeaveItsEnvelope() throws InterruptedException {
        var seed = Long.getLong("envelope.seed", System.nanoTime());
        try (var storm = new EnvelopeStorm(rig, seed)) {
            storm.rage(LENGTH);

            assertThat(storm.violations()).as("-Denvelope.seed=%d", seed).isEmpty();
            assertThat(storm.totals().violations()).as("-Denvelope.seed=%d", seed).isZero();
            // It did more than refuse, and was refused for every kind of reason.
            assertThat(storm.totals().switchedOn()).isGreaterThan(5 * LENGTH.toSeconds());
            // Whether the rates are reached depends on the machine.
            assertThat(storm.answers()).containsKeys(200, 202, 401, 403, 409, 422);
        }
    }
}
