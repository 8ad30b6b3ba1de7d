package io.streamwire.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.DeviceConfig;
import io.streamwire.contract.mqtt.Envelope;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A movement that never reaches its board, because the wire loses what it is told. */
class SerialBoardTest {

    private static final List<String> LINES =
            List.of(
                    "fw 1.0.0 uno Test",
                    "uuid 01980000-0000-7000-8000-000000000001",
                    "ch 0 relay_pulse relay -",
                    "lim 0 5000 0 100",
                    "arg 0 0 ms 50 5000 ms",
                    "ch 1 motor_spin pwm -",
                    "lim 1 5000 0 100",
                    "arg 1 0 ms 50 5000 ms");

    /** 4294967295 has so many digits. */
    private static final int LONGEST_NUMBER = 10;

    /** What the host says, in order; {@code DO} is lost on the way. */
    private final List<String> wire = new CopyOnWriteArrayList<>();

    private final Told told = new Told();
    private final Loop loop =
            new Loop(failure -> {
                throw new AssertionError(failure);
            });
    private final SerialSession session =
            new SerialSession(loop, this::carry, new Events(), () -> 7);
    private volatile @Nullable SerialBoard board;
    private volatile boolean losesQuestions = true;
    private volatile boolean losesLimits;
    private volatile boolean refusesLimits;
    private volatile @Nullable String odd;
    private volatile String busy = "";

    /** What the board keeps as longest time on, by channel. */
    private final Map<String, String> limits = new ConcurrentHashMap<>();

    private final List<String> begunAnew = new CopyOnWriteArrayList<>();

    @BeforeEach
    void greet() {
        loop.execute(session::open);
        Await.until("ready", () -> board != null);
    }

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void aStoppedMovementIsNeverSentAgain() {
        onLoop(() -> board().move(movement()));
        Await.until("sent", () -> count("DO") > 0);

        onLoop(() -> {
            board().stop(() -> {});
            board().arm(5_000);
        });
        var sent = count("DO");
        Await.until("asked, and asked again", () -> count("DID") > 1);
        losesQuestions = false;

        Await.until("told", () -> !told.words().isEmpty());
        assertThat(told.words()).containsExactly(Ack.STOPPED);
        assertThat(wire).contains("ARM");
        assertThat(count("DO")).isEqualTo(sent);
    }

    @Test
    void aStopAlsoEndsWhatIsAskedForAlready() {
        onLoop(() -> board().move(movement()));
        Await.until("given up and asked for", () -> count("DID") > 0);

        onLoop(() -> {
            board().stop(() -> {});
            board().arm(5_000);
        });
        var sent = count("DO");
        losesQuestions = false;

        Await.until("told", () -> !told.words().isEmpty());
        assertThat(told.words()).containsExactly(Ack.STOPPED);
        assertThat(count("DO")).isEqualTo(sent);
    }

    @Test
    void whatMayNotSwitchOnAnyMoreIsNotRepeated() {
        losesQuestions = false;
        onLoop(() -> board().move(movement()));
        Await.until("sent", () -> count("DO") > 0);

        onLoop(() -> told.forbid(Ack.Status.REJECTED, Ack.STALE_EPOCH));
        var sent = count("DO");

        Await.until("told", () -> !told.words().isEmpty());
        assertThat(told.words()).containsExactly(Ack.STALE_EPOCH);
        assertThat(count("DO")).isEqualTo(sent);
    }

    @Test
    void theNewestLimitsAreTheLastThatTheBoardIsTold() {
        losesLimits = true;
        onLoop(() -> board().keep(longest(4_000, 3_000), () -> told.words().add("first")));
        Await.until("on its way", () -> count("LIM") > 0);

        onLoop(() -> board().keep(longest(4_000, 1_000), () -> told.words().add("second")));
        losesLimits = false;

        Await.until("kept", () -> told.words().contains("second"));
        assertThat(limits).isEqualTo(Map.of("0", "4000", "1", "1000"));
        assertThat(begunAnew).isEmpty();
    }

    @Test
    void limitsThatTheBoardRefusesAreNotKept() {
        refusesLimits = true;

        onLoop(() -> board().keep(longest(4_000, 3_000), () -> told.words().add("kept")));

        Await.until("of no use", () -> begunAnew.contains("refused"));
        assertThat(told.words()).isEmpty();
    }

    @Test
    void whateverTheOwnersLimitsAreTheyFitIntoALine() {
        var odd =
                new DeviceConfig.Limits(
                        Long.MIN_VALUE,
                        Long.MAX_VALUE,
                        Integer.MIN_VALUE,
                        Map.of("ms", new DeviceConfig.ArgLimits(Long.MAX_VALUE, Long.MIN_VALUE)));

        onLoop(() ->
                board().keep(
                                Envelope.compile(board().capabilities(), Map.of("motor_spin", odd)),
                                () -> told.words().add("kept")));

        Await.until("kept", () -> told.words().contains("kept"));
        assertThat(limits).containsEntry("1", "0");
    }

    @Test
    void noWordOfABoardIsTooLongForTheBridge() {
        odd = "OK refused 99999999999";
        losesQuestions = false;

        onLoop(() -> board().move(movement()));

        Await.until("told", () -> !told.words().isEmpty());
        assertThat(told.words()).containsExactly("board_error_" + Integer.MAX_VALUE);
    }

    @Test
    void whoIsBusyForEverIsNotWaitedFor() {
        busy = "ERR " + Reply.BUSY + " " + Long.MAX_VALUE;

        onLoop(() -> board().move(movement()));

        Await.until("told", () -> !told.words().isEmpty());
        assertThat(told.words()).containsExactly(Ack.BUSY);
    }

    private Envelope longest(long relay, long motor) {
        return Envelope.compile(
                board().capabilities(),
                Map.of(
                        "relay_pulse",
                        new DeviceConfig.Limits(relay, null, null),
                        "motor_spin",
                        new DeviceConfig.Limits(motor, null, null)));
    }

    private Movement movement() {
        return new Movement("relay_pulse", Map.of("ms", 100L), 100, loop.millis() + 60_000, told);
    }

    private SerialBoard board() {
        return Objects.requireNonNull(board);
    }

    private void onLoop(Runnable work) {
        loop.<Boolean>ask(
                1_000,
                () -> {
                    work.run();
                    return true;
                });
    }

    private long count(String verb) {
        return wire.stream().filter(verb::equals).count();
    }

    /** The board, and what the wire does to it. */
    private void carry(byte[] line) {
        var text = new String(line, StandardCharsets.US_ASCII);
        var words = text.substring(1, text.indexOf('*')).split(" ", -1);
        wire.add(words[1]);
        var answer =
                switch (words[1]) {
                    case "HELLO" -> "OK 1 " + words[2] + " 1 power SAFE " + LINES.size();
                    case "CAPS" -> "OK " + LINES.get(Integer.parseInt(words[2]));
                    case "PING" -> "OK 20 SAFE";
                    case "DO" -> busy;
                    case "DID" -> losesQuestions ? "" : did();
                    case "LIM" -> limit(words);
                    default -> "OK 20";
                };
        if (!answer.isEmpty()) {
            var reply = new Line(Line.REPLY, words[0] + " " + answer);
            loop.execute(() -> session.received(reply));
        }
    }

    private String did() {
        var answer = odd;
        return answer == null ? "ERR " + Reply.NEVER_CAME : answer;
    }

    private String limit(String[] words) {
        if (refusesLimits
                || Arrays.stream(words).anyMatch(word -> word.length() > LONGEST_NUMBER)) {
            return "ERR " + Reply.OUT_OF_RANGE;
        }
        if (losesLimits) {
            return "";
        }
        limits.put(words[2], words[3]);
        return "OK";
    }

    private final class Events implements SerialSession.Owner, SerialBoard.Owner {

        @Override
        public void wider() {
            begunAnew.add("wider");
        }

        @Override
        public void refused() {
            begunAnew.add("refused");
        }

        @Override
        public void ready(long number, SerialSession.Greeting greeting, List<String> lines) {
            board = new SerialBoard(loop, session, CapabilityLines.parse(lines), this);
        }

        @Override
        public void lost(String why) {
            told.words().add("lost: " + why);
        }

        @Override
        public void event(List<String> words) {}

        @Override
        public void state(String state) {}
    }
}
