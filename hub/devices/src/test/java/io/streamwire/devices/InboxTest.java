package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InboxTest {

    private static final int CAPACITY = 100;

    private final Inbox inbox = new Inbox("test", CAPACITY);

    @Test
    void whatWasTakenInIsDoneBeforeItIsClosed() throws InterruptedException {
        var done = new AtomicInteger();
        var gate = new CountDownLatch(1);
        inbox.start();
        inbox.offer(() -> {
            awaitOpen(gate);
            done.incrementAndGet();
        });
        for (int i = 0; i < 50; i++) {
            inbox.offer(done::incrementAndGet);
        }

        var closing = Thread.ofPlatform().start(inbox::close);
        Rig.await(
                "waiting for its thread, or not",
                () ->
                        closing.getState() == Thread.State.TIMED_WAITING
                                || closing.getState() == Thread.State.TERMINATED);
        gate.countDown();
        closing.join();

        assertThat(done).hasValue(51);
    }

    @Test
    void oneThatNeverRanIsClosed() {
        inbox.offer(() -> {});

        inbox.close();

        assertThat(inbox.busyMs()).isZero();
    }

    private static void awaitOpen(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
