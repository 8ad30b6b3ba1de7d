package io.streamwire.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EmergencyOffTest {

    private static final Duration SLACK = Duration.ofSeconds(5);

    private final List<String> done = new CopyOnWriteArrayList<>();
    private final CountDownLatch never = new CountDownLatch(1);

    @AfterEach
    void letGo() {
        never.countDown();
    }

    @Test
    void aPartThatThrowsOrHangsKeepsNoOtherFromIt() {
        var emergency =
                new EmergencyOff(
                        () -> {
                            throw new OutOfMemoryError("of a test");
                        },
                        () ->
                                List.of(
                                        () -> {
                                            throw new IllegalStateException("of a test");
                                        },
                                        this::hang,
                                        () -> done.add("off")),
                        () -> done.add("ended"));
        emergency.start();
        var begin = System.nanoTime();

        emergency.run(new IllegalStateException("a defect"));

        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isLessThan(Duration.ofMillis(EmergencyOff.WRITE_MS).plus(SLACK));
        assertThat(done).containsExactly("off", "ended");
    }

    @Test
    void theProgramEndsAlsoWhenNothingAnswers() {
        var emergency = new EmergencyOff(this::hang, () -> List.of(), () -> done.add("ended"));
        emergency.start();
        Thread.ofVirtual().start(() -> emergency.run(new IllegalStateException("a defect")));

        Await.within(
                Duration.ofMillis(EmergencyOff.MOST_MS).plus(SLACK),
                "the end",
                () -> done.contains("ended"));

        never.countDown();
        emergency.run(new IllegalStateException("another defect"));
        assertThat(done).containsExactly("ended");
    }

    @Test
    void thePartsMayBeUnknown() {
        var emergency =
                new EmergencyOff(
                        () -> done.add("pins"),
                        () -> {
                            throw new IllegalStateException("of a test");
                        },
                        () -> done.add("ended"));

        emergency.run(new IllegalStateException("a defect"));

        assertThat(done).containsExactly("pins", "ended");
    }

    private void hang() {
        try {
            never.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
