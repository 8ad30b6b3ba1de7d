package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration MOST = Duration.ofSeconds(30);

    @Test
    void pausesDoubleUpToTheMostWithJitter() {
        var backoff = new Backoff(FIRST, MOST);
        boolean jitter = false;
        for (int round = 0; round < 10; round++) {
            var whole = FIRST.multipliedBy(Math.min(1L << round, MOST.toSeconds()));
            var pause = backoff.next(Duration.ZERO);

            assertThat(pause).isBetween(whole.dividedBy(2), whole);
            jitter |= !pause.equals(whole);
        }
        assertThat(jitter).isTrue();
        assertThat(backoff.next(Duration.ZERO)).isBetween(MOST.dividedBy(2), MOST);
    }

    @Test
    void theOtherSidesWishIsTheLeast() {
        var backoff = new Backoff(FIRST, MOST);

        assertThat(backoff.next(Duration.ofMinutes(5))).isEqualTo(Duration.ofMinutes(5));
        assertThat(backoff.next(Duration.ofMillis(1))).isGreaterThanOrEqualTo(FIRST);
    }

    @Test
    void afterASuccessItBeginsAgain() {
        var backoff = new Backoff(FIRST, MOST);
        for (int round = 0; round < 6; round++) {
            backoff.next(Duration.ZERO);
        }

        backoff.reset();

        assertThat(backoff.next(Duration.ZERO)).isLessThanOrEqualTo(FIRST);
    }
}
