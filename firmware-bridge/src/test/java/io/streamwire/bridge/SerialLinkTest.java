package io.streamwire.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a board may do to its port, on a real pty. */
class SerialLinkTest {

    private static final String UUID = "01980000-0000-7000-8000-000000000001";

    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final Loop loop = new Loop(failures::add);
    private final ScriptedBoard board = new ScriptedBoard(ScriptedBoard.relay(UUID));
    private final Events events = new Events();
    private final AtomicLong sessions = new AtomicLong();
    private final SerialLink link =
            new SerialLink(
                    loop,
                    new Ports.Found(board.port().toString(), List.of(), "a test's", true),
                    BridgeSettings.Serial.BAUD,
                    events,
                    new BridgeCounters(),
                    sessions::incrementAndGet,
                    new Random(1));

    @AfterEach
    void unplug() {
        loop.execute(link::end);
        loop.close();
        board.close();
        assertThat(failures).isEmpty();
    }

    @Test
    void aBoardThatSaysMoreThanAnybodyCanHearIsGivenUp() {
        loop.execute(link::start);
        Await.until("ready", () -> events.arrived.size() == 1);
        var busy = new CountDownLatch(1);
        loop.execute(() -> await(busy));
        var hello = board.count("HELLO");

        for (int line = 0; line < 4 * SerialLink.MOST_UNREAD; line++) {
            board.say("ESTOP closed " + line);
        }
        busy.countDown();

        Await.until("begun anew", () -> board.count("HELLO") > hello);
        assertThat(events.inputMoved.get()).isLessThanOrEqualTo(SerialLink.MOST_UNREAD);
    }

    @Test
    void aPanicReachesTheBoardAlsoWhileTheBridgesThreadHangs() {
        loop.execute(link::start);
        Await.until("ready", () -> events.arrived.size() == 1);
        var busy = new CountDownLatch(1);
        loop.execute(() -> await(busy));

        link.panic();

        Await.until("told", () -> board.count("STOP") == 1);
        busy.countDown();
        onLoop(() -> events.arrived.getFirst().arm(5_000));
        Await.until("too late for it", () -> sessions.get() > 1); // it hears no answers any more
        assertThat(board.heard()).endsWith("STOP");
    }

    private void onLoop(Runnable work) {
        loop.<Boolean>ask(
                1_000,
                () -> {
                    work.run();
                    return true;
                });
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aBoardThatAlwaysStartsAgainIsGreetedEverMoreSeldom() {
        var begin = System.nanoTime();
        events.whenArrived = () -> board.say("BOOT power 1");

        loop.execute(link::start);

        Await.until("five sessions", () -> events.arrived.size() == 5);
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isGreaterThan(Duration.ofMillis(SerialLink.REOPEN_FIRST_MS * (1 + 2 + 4 + 8) / 2));
    }

    @Test
    void aStopInputIsToldOfBothWays() {
        loop.execute(link::start);
        Await.until("ready", () -> events.arrived.size() == 1);

        board.say("ESTOP open 20");
        board.say("ESTOP closed 80");

        Await.until("both", () -> events.inputMoved.get() == 2);
    }

    @Test
    void whatABoardSaysEndsNoMoreThanItsOwnSession() {
        events.whenInputMoved =
                () -> {
                    throw new IllegalStateException("of a test");
                };
        loop.execute(link::start);
        Await.until("ready", () -> events.arrived.size() == 1);

        board.say("ESTOP open 20");

        Await.until("begun anew", () -> events.arrived.size() == 2);
        assertThat(failures).isEmpty();
    }

    private static final class Events implements SerialLink.Owner {
        private final List<Board> arrived = new CopyOnWriteArrayList<>();
        private final AtomicLong inputMoved = new AtomicLong();
        private volatile Runnable whenArrived = () -> {};
        private volatile Runnable whenInputMoved = () -> {};

        @Override
        public void arrived(SerialLink of, Board fresh, long session, boolean latched) {
            arrived.add(fresh);
            whenArrived.run();
        }

        @Override
        public void left(SerialLink of) {}

        @Override
        public void stopInputMoved(SerialLink of) {
            inputMoved.incrementAndGet();
            whenInputMoved.run();
        }

        @Override
        public void stoppedByItself(SerialLink of) {}

        @Override
        public void disarmedByItself(SerialLink of) {}

        @Override
        public void unplugged(SerialLink of) {}
    }
}
