package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No sequence of calls, rules, faults and lies makes an output leave its envelope. */
class EnvelopePropertyTest {

    private static final int SEQUENCES = Integer.getInteger("envelope.sequences", 600);

    /** So many are enough for every guard that is missing to show. */
    private static final int MUTANT_SEQUENCES = 500;

    private static long seed() {
        var seed = Long.getLong("envelope.seed", System.nanoTime());
        System.out.println("envelope.seed=" + seed);
        return seed;
    }

    @Test
    void noSequenceMakesAnOutputLeaveItsEnvelope() {
        var seed = seed();
        long pulses = 0;
        for (int i = 0; i < SEQUENCES; i++) {
            var model = new EnvelopeModel(new Random(seed + i), EnvelopeGuard.NONE);

            model.run();

            assertThat(model.offences()).as("-Denvelope.seed=%d", seed + i).isEmpty();
            pulses += model.pulses();
        }
        assertThat(pulses).isGreaterThan(SEQUENCES * 10L); // it did more than refuse
    }

    @ParameterizedTest
    @EnumSource(value = EnvelopeGuard.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aLedgerWithoutOneOfItsGuardsIsFound(EnvelopeGuard missing) {
        var seed = seed();
        for (int i = 0; i < MUTANT_SEQUENCES; i++) {
            var model = new EnvelopeModel(new Random(seed + i), missing);

            model.run();

            if (model.offences().stream()
                    .anyMatch(offence -> offence.startsWith(missing.offence))) {
                return;
            }
        }
        throw new AssertionError(
                "nobody noticed that " + missing + " is missing, -Denvelope.seed=" + seed);
    }
}
