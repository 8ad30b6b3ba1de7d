package io.streamwire.virtualboard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BoardClockTest {

    private final BoardClock clock = new BoardClock();

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
}
