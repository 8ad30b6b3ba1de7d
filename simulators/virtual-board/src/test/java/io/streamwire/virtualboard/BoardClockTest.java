package io.streamwire.virtualboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BoardClockTest {

    private final BoardClock clock = new BoardClock();

    private long now(long local) {
        return clock.now(local).orElseThrow();
    }

    @Test
    void knowsNothingBeforeTheHubWasHeard() {
        assertThat(clock.now(5)).isEmpty();
    }

    @Test
    void aLateMessageNeverSetsItBack() {
        clock.observe(1_000, 10);
        clock.observe(1_050, 90);

        assertThat(clock.now(100)).hasValue(1_090);
    }

    @Test
    void aFasterMessageSetsItForward() {
        clock.observe(1_000, 40);
        clock.observe(2_000, 1_010);

        assertThat(clock.now(1_100)).hasValue(2_090);
    }

    @Test
    void lagsByTheFastestMessageOfTheLastWindowAtMost() {
        var random = new Random(1);
        for (var n = 0; n < 1_000; n++) {
            var hub = 1_000_000L + n * 10_000L; // as often as an arming is renewed
            var delay = n % 3 == 0 ? 5 : random.nextInt(8_000);
            clock.observe(hub, hub + delay - 900_000);

            assertThat(now(hub + delay - 900_000)).isEqualTo(hub + delay - 5);
        }
    }

    @Test
    void followsAFastCrystal() {
        for (var n = 0; n < 1_000; n++) {
            var hub = n * 10_000L;
            clock.observe(hub, hub + hub / 100); // 1 % too fast

            // Never behind, and ahead by what a minute can bring.
            assertThat(now(hub + hub / 100) - hub).isBetween(0L, 600L);
        }
    }

    @Test
    void aLateMessageAfterALongSilenceSetsItBackByWhatAFastCrystalMayHaveDoneOnly() {
        clock.observe(0, 0);

        clock.observe(300_000, 310_000); // 10 s late

        assertThat(now(310_000)).isEqualTo(310_000 - 6_200); // 2 % of the silence
    }
}
