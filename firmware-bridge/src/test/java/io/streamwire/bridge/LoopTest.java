package io.streamwire.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LoopTest {

    @Test
    void whateverATaskThrowsIsTold() throws InterruptedException {
        BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
        var memory = new AtomicReference<long[]>();
        try (var loop = new Loop(failures::add)) {
            loop.execute(() -> {
                throw new IllegalStateException("a defect");
            });
            loop.execute(() -> memory.set(new long[Integer.MAX_VALUE])); // more than there is

            assertThat(failures.poll(5, TimeUnit.SECONDS)).hasMessage("a defect");
            assertThat(failures.poll(5, TimeUnit.SECONDS)).isInstanceOf(OutOfMemoryError.class);
            assertThat(loop.<Integer>ask(1_000, () -> 7)).isEqualTo(7);
        }
    }

    @Test
    void aClosedLoopDoesNothing() {
        var loop = new Loop(_ -> {});
        loop.close();

        loop.execute(() -> {
            throw new IllegalStateException("nobody shall see this");
        });
        loop.after(
                        1,
                        () -> {
                            throw new IllegalStateException("nor this");
                        })
                .cancel();
    }
}
