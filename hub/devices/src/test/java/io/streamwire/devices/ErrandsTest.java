package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ErrandsTest {

    private static final UUID BOARD = UUID.randomUUID();
    private static final Duration MOMENT = Duration.ofNanos(1_000);

    private final Errands errands = new Errands(MOMENT, MOMENT);

    @Test
    void aBrokerThatWasAwayForLongIsToldAtLast() throws InterruptedException {
        var tries = new AtomicInteger();
        var done = new CountDownLatch(1);

        errands.begin(
                "end-session",
                BOARD,
                () -> {
                    if (tries.incrementAndGet() < 2_000) {
                        throw new IllegalStateException("the broker does not answer");
                    }
                    done.countDown();
                });

        done.await();
        Rig.await("nothing is left", () -> errands.size() == 0);
        assertThat(tries).hasValue(2_000);
    }

    @Test
    void whatIsAskedForWhileItIsUnderWayIsDoneAgain() throws InterruptedException {
        var began = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var done = new AtomicInteger();
        Runnable work =
                () -> {
                    began.countDown();
                    try {
                        goOn.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    done.incrementAndGet();
                };

        errands.begin("end-session", BOARD, work);
        began.await();
        errands.begin("end-session", BOARD, work);
        errands.begin("end-session", BOARD, work);
        goOn.countDown();

        Rig.await("nothing is left", () -> errands.size() == 0);
        assertThat(done).hasValue(2);
    }

    @Test
    void noMoreWaitThanMayWait() throws InterruptedException {
        var slow = new Errands(Duration.ofDays(1), Duration.ofDays(1));
        var tries = new AtomicInteger();
        Runnable work =
                () -> {
                    tries.incrementAndGet();
                    throw new IllegalStateException("the broker does not answer");
                };

        for (int board = 0; board < Errands.MOST + 100; board++) {
            slow.begin("end-session", new UUID(0, board), work);
        }

        Rig.await("each was tried", () -> tries.get() == Errands.MOST + 100);
        Rig.await("the rest waits", () -> slow.size() <= Errands.MOST);
        slow.close();
    }
}
