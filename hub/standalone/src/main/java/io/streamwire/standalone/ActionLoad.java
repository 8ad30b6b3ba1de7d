package io.streamwire.standalone;

import io.streamwire.bus.Bus;
import io.streamwire.contract.Hops;
import io.streamwire.virtualboard.BoardAccess;
import io.streamwire.virtualboard.PinRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes actions on the bus as the rules service does, at a steady rate whatever becomes of them,
 * and remembers each until the boards have it. One thread writes; the rest is thread-safe.
 */
final class ActionLoad implements AutoCloseable {

    private static final Duration TTL = Duration.ofSeconds(2);
    private static final String COMMAND = "light_on";
    private static final Map<String, Long> PULSE = Map.of("ms", 5L);

    private final ActionWriter writer;
    private final List<BoardAccess> boards;
    private final double perSecond;
    private final Map<UUID, Shot> byCommand = new ConcurrentHashMap<>();
    private final Thread thread =
            Thread.ofPlatform().daemon().name("bench-load").unstarted(this::run);
    private volatile boolean stopping;

    /** One action on its way; times are us since the epoch, 0 = not yet. */
    static final class Shot {
        private final BoardAccess board;
        private final UUID commandId;
        private final long due;
        private final CompletableFuture<Long> onBus;
        private volatile long received;

        Shot(BoardAccess board, UUID commandId, long due) {
            this.board = board;
            this.commandId = commandId;
            this.due = due;
            this.onBus = new CompletableFuture<>();
        }

        UUID workspaceId() {
            return board.workspaceId();
        }

        UUID deviceId() {
            return board.deviceId();
        }

        UUID commandId() {
            return commandId;
        }

        long due() {
            return due;
        }

        /** When Redis had it, by its own clock, which is this machine's. */
        long onBus() {
            return onBus.isCompletedExceptionally() ? 0 : onBus.getNow(0L);
        }

        long received() {
            return received;
        }
    }

    private ActionLoad(Bus bus, List<BoardAccess> boards, double perSecond, PinRecorder recorder) {
        this.writer = new ActionWriter(bus);
        this.boards = List.copyOf(boards);
        this.perSecond = perSecond;
        recorder.onCommand(this::received);
    }

    /** Begins at once, and ends when it is closed. */
    static ActionLoad start(
            Bus bus, List<BoardAccess> boards, double perSecond, PinRecorder recorder) {
        var load = new ActionLoad(bus, boards, perSecond, recorder);
        load.thread.start();
        return load;
    }

    private void received(PinRecorder.Reception reception) {
        var shot = byCommand.get(reception.commandId());
        if (shot != null) {
            shot.received = Hops.micros(reception.time());
        }
    }

    private void run() {
        var start = System.nanoTime();
        var epoch = Hops.now();
        for (long n = 0; !stopping; n++) {
            var after = (long) (n * 1e9 / perSecond);
            var early = start + after - System.nanoTime();
            while (early > 0 && !stopping) {
                LockSupport.parkNanos(early);
                early = start + after - System.nanoTime();
            }
            // Its latency counts from when it was due, however late this thread is.
            shoot(boards.get((int) (n % boards.size())), epoch + after / 1_000);
        }
    }

    private void shoot(BoardAccess board, long due) {
        var action = writer.action(board, COMMAND, PULSE, TTL);
        var shot = new Shot(board, ActionWriter.commandOf(action), due);
        byCommand.put(shot.commandId(), shot);
        var _ =
                writer.write(action)
                        .whenComplete((time, failure) -> {
                            if (failure == null) {
                                shot.onBus.complete(time);
                            } else {
                                shot.onBus.completeExceptionally(failure);
                            }
                        });
    }

    /** Everything that was written so far. */
    List<Shot> shots() {
        return new ArrayList<>(byCommand.values());
    }

    /** Writes no more. */
    void end() {
        stopping = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        end();
    }
}
