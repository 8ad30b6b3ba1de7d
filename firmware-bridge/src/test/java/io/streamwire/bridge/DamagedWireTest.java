package io.streamwire.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.BoardState.Phase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Many bytes are damaged, both ways: nothing moves that should not, and nothing twice. */
@ExtendWith(SharedBroker.class)
class DamagedWireTest {

    /** On each wire; the figures in the README are with {@code -Ddamaged.commands=2000}. */
    private static final int COMMANDS = Integer.getInteger("damaged.commands", 320);

    /** A link may be lost at 3 %, and takes some seconds to come back. */
    private static final Duration READY = Duration.ofSeconds(30);

    /** So long that only the wire keeps a command from being done. */
    private static final long TTL_MS = 20_000;

    /** How many bytes are damaged, and on how many boards. */
    private enum Wire {
        BAD(0.01, 8),
        WORSE(0.03, 16);

        private final double rate;
        private final int boards;

        Wire(double rate, int boards) {
            this.rate = rate;
            this.boards = boards;
        }
    }

    /** A board, as which device, and on which wire. */
    private record Cabled(BoardProcess board, UUID device, Wire wire) {}

    /** Name, pin and arguments of what is moved. */
    private record Output(String command, int pin, Map<String, Long> args) {}

    private static final List<Output> OUTPUTS =
            List.of(
                    new Output("relay_pulse", 7, Map.of("ms", 50L)),
                    new Output("motor_spin", 5, Map.of("level", 60L, "ms", 50L)),
                    new Output("light_blink", 13, Map.of("period", 2_000L, "ms", 100L)));

    private record Sent(BoardProcess board, Output output, UUID id, long atUs) {}

    @Test
    void oneAndThreePercentOfDamagedBytesMoveNothingWrongAndNothingTwice(@TempDir Path directory)
            throws InterruptedException, ExecutionException {
        BoardProcess.build();
        var rig = new Rig();
        var wires = new ArrayList<Wire>();
        for (var wire : Wire.values()) {
            wires.addAll(Collections.nCopies(wire.boards, wire));
        }
        var boards = new ArrayList<BoardProcess>();
        for (int n = 0; n < wires.size(); n++) {
            boards.add(
                    BoardProcess.host(
                            directory, "board%02d".formatted(n), "--seed", Integer.toString(n)));
        }
        try (var bridge = rig.bridge(boards.toArray(BoardProcess[]::new))) {
            var devices = rig.adoptAll(boards.size());
            rig.arm();
            var cabled = new ArrayList<Cabled>();
            for (int n = 0; n < boards.size(); n++) {
                boards.get(n).tell("corrupt " + wires.get(n).rate);
                cabled.add(new Cabled(boards.get(n), devices.get(n), wires.get(n)));
            }

            var sent = send(rig, cabled);

            for (var wire : Wire.values()) {
                judge(rig, wire, cabled.stream().filter(one -> one.wire() == wire).toList(), sent);
            }
            assertThat(bridge.connected()).isTrue();
        } finally {
            boards.forEach(BoardProcess::close);
            rig.close();
        }
    }

    /** Each output is moved again as soon as its last movement has ended. */
    private static List<Sent> send(Rig rig, List<Cabled> boards)
            throws InterruptedException, ExecutionException {
        var sent = ConcurrentHashMap.<Sent>newKeySet();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<?>>();
            for (var board : boards) {
                var left = new AtomicInteger(COMMANDS / board.wire().boards);
                for (var output : OUTPUTS) {
                    all.add(
                            threads.submit(() -> {
                                while (left.getAndDecrement() > 0) {
                                    Await.within(
                                            READY,
                                            "ready",
                                            () -> rig.is(board.device(), Phase.READY));
                                    var at = nowUs();
                                    var id =
                                            rig.command(
                                                    board.device(),
                                                    output.command(),
                                                    output.args(),
                                                    TTL_MS);
                                    sent.add(new Sent(board.board(), output, id, at));
                                    var _ = rig.awaitEnd(id);
                                }
                            }));
                }
            }
            for (var one : all) {
                one.get();
            }
        }
        return List.copyOf(sent);
    }

    private static void judge(Rig rig, Wire wire, List<Cabled> boards, List<Sent> all) {
        var ours = boards.stream().map(Cabled::board).toList();
        var sent = all.stream().filter(one -> ours.contains(one.board())).toList();
        var done = 0L;
        for (var board : ours) {
            assertThat(board.used()).isSubsetOf(OUTPUTS.stream().map(Output::pin).toList());
            for (var output : OUTPUTS) {
                var own =
                        sent.stream()
                                .filter(one -> one.board().equals(board))
                                .filter(one -> one.output().equals(output))
                                .sorted(Comparator.comparingLong(Sent::atUs))
                                .toList();
                done += judge(rig, own, board.onEdgesUs(output.pin()));
            }
        }
        System.out.printf(
                "damaged=%.2f commands=%d done=%d not_done=%d%n",
                wire.rate, sent.size(), done, sent.size() - done);
        assertThat(sent).hasSize(COMMANDS);
        assertThat(sent).allMatch(one -> rig.isFinal(one.id()));
        assertThat(done).isGreaterThan(COMMANDS * 9 / 10);
    }

    /**
     * One output's commands, each sent when the one before had ended: what happened in between is
     * its own. How many were done.
     */
    private static long judge(Rig rig, List<Sent> sent, List<Long> edges) {
        var done = 0L;
        var seen = 0;
        for (int at = 0; at < sent.size(); at++) {
            var one = sent.get(at);
            var next = at + 1 < sent.size() ? sent.get(at + 1).atUs() : Long.MAX_VALUE;
            var own = edges.stream().filter(edge -> edge >= one.atUs() && edge < next).toList();
            var isDone = rig.has(one.id(), Ack.Status.DONE);
            var may = isDone || rig.has(one.id(), Ack.Status.ABORTED) ? 1 : 0;
            assertThat(own)
                    .as("%s of %s: %s", one.output(), one.board().port(), rig.acks(one.id()))
                    .hasSizeBetween(isDone ? 1 : 0, may);
            var on = rig.last(one.id()).t().on();
            if (on != null) {
                assertThat(own).hasSize(1);
                // After a lost link the board's clock is not known at once: it may be told late.
                assertThat(monotonicUs(on) + BridgeTest.SLACK_US).isGreaterThan(own.getFirst());
                assertThat(monotonicUs(on) - BridgeTest.SLACK_US).isLessThan(next);
            }
            seen += own.size();
            done += isDone ? 1 : 0;
        }
        assertThat(edges).hasSize(seen);
        return done;
    }

    private static long nowUs() {
        return System.nanoTime() / 1_000;
    }

    /** Of a time since the epoch, ms. */
    private static long monotonicUs(long ms) {
        return nowUs() - 1_000 * (System.currentTimeMillis() - ms);
    }
}
