package io.streamwire.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class RoundTest {

    private static final Duration NEVER = Duration.ofHours(1);

    @Test
    void endsAlthoughItsWorkUsesUpWhatWouldWakeIt() throws Exception {
        var working = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        var worker = new Thread[1];
        var round =
                Round.every(
                        NEVER,
                        "deaf",
                        () -> {
                            worker[0] = Thread.currentThread();
                            working.countDown();
                            // As a driver does that waits for its socket and swallows an interrupt.
                            while (!Thread.interrupted() && ended.getCount() > 0) {
                                LockSupport.parkNanos(1_000_000);
                            }
                        });
        working.await();
        var closing = Thread.ofVirtual().start(round::close);

        worker[0].interrupt();
        LockSupport.unpark(worker[0]);
        ended.countDown();

        assertThat(closing.join(Duration.ofSeconds(2))).isTrue();
        assertThat(worker[0].join(Duration.ofSeconds(2))).isTrue();
    }

    @Test
    void doesNotWaitForThePeriodWhenThereIsSomethingNew() throws Exception {
        var rounds = new Semaphore(0);
        try (var round = Round.every(NEVER, "prompt", rounds::release)) {
            assertThat(rounds.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
            round.soon();
            assertThat(rounds.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void goesOnAfterAFailure() throws Exception {
        var rounds = new Semaphore(0);
        try (var _ =
                Round.every(
                        Duration.ofMillis(1),
                        "failing",
                        () -> {
                            rounds.release();
                            throw new IllegalStateException("as it happens");
                        })) {
            assertThat(rounds.tryAcquire(3, 5, TimeUnit.SECONDS)).isTrue();
        }
    }
}
