package io.streamwire.standalone;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Script;
import io.streamwire.contract.Action;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.RuleCause;
import io.streamwire.contract.Stream;
import io.streamwire.virtualboard.BoardAccess;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Writes actions on the bus as the rules service does, each of another viewer. Those that a lost
 * Redis may have forgotten are written again, as the rules decide again on the events that ingest
 * repeats. Thread-safe.
 */
final class ActionWriter {

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

    private final Bus bus;
    private final UUID ruleId = Ids.next();
    private final Deque<Confirmed> confirmed = new ConcurrentLinkedDeque<>();

    private record Confirmed(Action action, long atNanos) {}

    ActionWriter(Bus bus) {
        this.bus = bus;
    }

    /** An action that is decided now. */
    Action action(BoardAccess board, String command, Map<String, Long> args, Duration ttl) {
        var decided = Hops.now();
        var eventId = Ids.next();
        var id = Ids.action(eventId, ruleId, 0);
        return new Action(
                id,
                board.workspaceId(),
                eventId,
                ruleId,
                board.deviceId(),
                null,
                command,
                args,
                null,
                decided / 1_000 + ttl.toMillis(),
                0,
                true,
                "viewer-" + eventId,
                new RuleCause("tiktok.comment", "Bench", 1),
                "00-%s-%016x-01"
                        .formatted(
                                eventId.toString().replace("-", ""), id.getLeastSignificantBits()),
                new Hops(decided, decided, null, null, null, null));
    }

    /** The command that an action becomes. */
    static UUID commandOf(Action action) {
        return Ids.command(action.id(), Objects.requireNonNull(action.deviceId()));
    }

    /**
     * Puts it on the bus.
     *
     * @return when Redis had it, us since the epoch by its own clock, which is this machine's
     */
    CompletableFuture<Long> write(Action action) {
        var partition = bus.partition(action.workspaceId());
        return bus.call(
                        ACT,
                        List.of(Stream.ACTIONS.key(partition), Stream.key(partition, "epochs")),
                        List.of(
                                action.id().toString(),
                                action.workspaceId().toString(),
                                action.eventId().toString(),
                                Objects.requireNonNull(action.deviceId()).toString(),
                                Long.toString(Objects.requireNonNull(action.hops().decided())),
                                Json.write(action)))
                .thenApply(time -> {
                    confirmed(action);
                    return Long.parseLong(time.text(0)) * 1_000_000 + Long.parseLong(time.text(1));
                });
    }

    private void confirmed(Action action) {
        var now = System.nanoTime();
        confirmed.addLast(new Confirmed(action, now));
        for (var first = confirmed.peekFirst();
                first != null && now - first.atNanos() > Bus.UNSAFE.toNanos();
                first = confirmed.peekFirst()) {
            confirmed.remove(first);
        }
    }

    /** Redis was killed and is back. */
    void repeat() {
        for (var last : List.copyOf(confirmed)) {
            var _ = write(last.action());
        }
    }
}
