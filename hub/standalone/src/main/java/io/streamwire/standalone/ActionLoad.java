package io.streamwire.standalone;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Script;
import io.streamwire.contract.Action;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.Stream;
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

    /** The end of what the rules' script does for one action. */
    private static final Script ACT =
            new Script(
                    "bench-act",
                    """
                    local epoch = string.format('%.0f', math.max(
                      tonumber(redis.call('HGET', KEYS[2], ARGV[2]) or 0),
                      tonumber(redis.call('HGET', KEYS[2], ARGV[4]) or 0)))
                    redis.call('XADD', KEYS[1], '*', 'type', 'action_triggered', 'id', ARGV[1],
                      'workspace_id', ARGV[2], 'event_id', ARGV[3], 'device_id', ARGV[4],
                      'epoch', epoch, 'decided_us', ARGV[5], 'body', ARGV[6])
                    return redis.call('TIME')
                    """);

    private static final Duration TTL = Duration.ofSeconds(2);
    private static final String COMMAND = "light_on";
    private static final Map<String, Long> PULSE = Map.of("ms", 5L);

    private final Bus bus;
    private final List<BoardAccess> boards;
    private final double perSecond;
    private final UUID ruleId = Ids.next();
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
        this.bus = bus;
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

    private Shot shoot(BoardAccess board, long due) {
        var decided = Hops.now();
        var eventId = Ids.next();
        var actionId = Ids.action(eventId, ruleId, 0);
        var shot = new Shot(board, Ids.command(actionId, board.deviceId()), due);
        byCommand.put(shot.commandId(), shot);
        var partition = bus.partition(board.workspaceId());
        var action =
                new Action(
                        actionId,
                        board.workspaceId(),
                        eventId,
                        ruleId,
                        board.deviceId(),
                        COMMAND,
                        PULSE,
                        decided / 1_000 + TTL.toMillis(),
                        0,
                        true,
                        "viewer-" + board.deviceId(),
                        "00-%s-%016x-01"
                                .formatted(
                                        eventId.toString().replace("-", ""),
                                        actionId.getLeastSignificantBits()),
                        new Hops(decided, decided, null, null, null, null));
        var _ =
                bus.call(
                                ACT,
                                List.of(
                                        Stream.ACTIONS.key(partition),
                                        Stream.key(partition, "epochs")),
                                List.of(
                                        actionId.toString(),
                                        board.workspaceId().toString(),
                                        eventId.toString(),
                                        board.deviceId().toString(),
                                        Long.toString(decided),
                                        Json.write(action)))
                        .whenComplete((time, failure) -> {
                            if (failure == null) {
                                shot.onBus.complete(
                                        Long.parseLong(time.text(0)) * 1_000_000
                                                + Long.parseLong(time.text(1)));
                            } else {
                                shot.onBus.completeExceptionally(failure);
                            }
                        });
        return shot;
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
