package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ClockOffsetTest {

    private static final long HUB_US = 1_790_000_000_000_000L;
    private static final long AHEAD_MS = 12_345;

    private final ClockOffset offset = new ClockOffset();

    /** A command handed over at a time, received 300 us and acknowledged 700 us later. */
    private void command(long atUs, long aheadMs) {
        offset.observe(atUs, (atUs + 300) / 1_000 + aheadMs, atUs + 700);
    }

    @Test
    void isUnknownBeforeTheFirstCommand() {
        assertThat(offset.known()).isFalse();
    }

    @Test
    void bringsTimesOfTheBoardOntoTheHubsClock() {
        for (int i = 0; i < 50; i++) {
            command(HUB_US + i * 10_370L, AHEAD_MS);
        }

        assertThat(offset.known()).isTrue();
        assertThat(offset.toHub(HUB_US / 1_000 + AHEAD_MS)).isCloseTo(HUB_US, within(1_000L));
    }

    @Test
    void aSlowAcknowledgementDoesNotMoveIt() {
        command(HUB_US, AHEAD_MS);
        var before = offset.toHub(HUB_US / 1_000 + AHEAD_MS);

        offset.observe(HUB_US + 5_000, HUB_US / 1_000 + 5 + AHEAD_MS, HUB_US + 2_000_000);

        assertThat(offset.toHub(HUB_US / 1_000 + AHEAD_MS)).isCloseTo(before, within(1_000L));
    }

    @Test
    void followsAClockThatWasSet() {
        command(HUB_US, AHEAD_MS);

        command(HUB_US + 1_000_000, -AHEAD_MS);

        assertThat(offset.toHub(HUB_US / 1_000 + 1_000 - AHEAD_MS))
                .isCloseTo(HUB_US + 1_000_000, within(1_500L));
    }
}
