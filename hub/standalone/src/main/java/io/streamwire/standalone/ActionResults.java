package io.streamwire.standalone;

import io.streamwire.contract.CommandState;
import io.streamwire.standalone.ActionLoad.Shot;
import io.streamwire.virtualboard.PinRecorder;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What became of the actions of an {@link ActionLoad}. */
final class ActionResults {

    /** From Redis having the action to the board having the command. */
    static final String ACTION_TO_BOARD = "action to board";

    private static final List<String> HOPS =
            List.of(
                    "due to bus",
                    "bus to published",
                    "published to board",
                    ACTION_TO_BOARD,
                    "due to board");

    /** What a stop does to commands. */
    private static final Set<String> BY_STOP = Set.of("device_disarmed", "stale_epoch", "stopped");

    private final Latencies latencies = new Latencies(HOPS);
    private final Map<String, Long> unfinished = new TreeMap<>();
    private long actions;
    private long refused;
    private long commands;
    private long done;
    private long stopped;
    private long lost;
    private long unfinishedWhileCounted;

    private ActionResults() {}

    /**
     * Waits until every command is final and written down, then counts.
     *
     * @param counted which actions' latencies count; all are checked for loss
     */
    static ActionResults of(
            List<Shot> shots, Ledger ledger, Duration patience, Predicate<Shot> counted)
            throws SQLException {
        var deadline = System.nanoTime() + patience.toNanos();
        var results = new ActionResults();
        var byWorkspace = shots.stream().collect(Collectors.groupingBy(Shot::workspaceId));
        for (var workspace : byWorkspace.entrySet()) {
            var expected = workspace.getValue().stream().filter(shot -> shot.onBus() > 0).count();
            var left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            var _ =
                    Wait.happens(
                            left,
                            () ->
                                    ledger.commandCount(workspace.getKey()) >= expected
                                            && ledger.pending(workspace.getKey()) == 0);
            var commands = new HashMap<UUID, Ledger.Command>();
            ledger.commands(workspace.getKey())
                    .forEach(command -> commands.put(command.id(), command));
            for (var shot : workspace.getValue()) {
                results.join(shot, commands, counted.test(shot));
            }
        }
        return results;
    }

    private void join(Shot shot, Map<UUID, Ledger.Command> byId, boolean counted) {
        actions++;
        var command = byId.get(shot.commandId());
        if (command == null) {
            if (shot.onBus() == 0) {
                refused++;
            } else {
                lost++;
            }
            return;
        }
        commands++;
        if (command.state() != CommandState.DONE) {
            if (BY_STOP.contains(command.reason())) {
                stopped++;
                return;
            }
            unfinished.merge(command.state() + " " + command.reason(), 1L, Long::sum);
            unfinishedWhileCounted += counted ? 1 : 0;
            return;
        }
        done++;
        if (counted && shot.received() > 0) {
            latencies.record("due to bus", shot.onBus() - shot.due());
            latencies.record("bus to published", shot.onBus(), command.hops().published());
            latencies.record("published to board", command.hops().published(), shot.received());
            latencies.record(ACTION_TO_BOARD, shot.received() - shot.onBus());
            latencies.record("due to board", shot.received() - shot.due());
        }
    }

    Latencies latencies() {
        return latencies;
    }

    /** Nothing got lost, moved twice, late or disarmed, or failed while it was counted. */
    boolean sound(PinRecorder.Totals totals) {
        return complete() && totals.violations() == 0;
    }

    /** Nothing got lost, or failed while it was counted. */
    boolean complete() {
        return lost == 0 && unfinishedWhileCounted == 0;
    }

    void print(PrintWriter out, PinRecorder.Totals totals) {
        out.printf(
                "%nactions %d, refused by the bus %d, commands %d, done %d, ended by a stop %d,"
                        + " lost %d%n",
                actions, refused, commands, done, stopped, lost);
        out.printf(
                "pins: %d on, duplicates %d, stale %d, unarmed %d%n",
                totals.switchedOn(), totals.duplicates(), totals.stale(), totals.unarmed());
        unfinished.forEach((state, count) -> out.printf("not done: %d %s%n", count, state));
    }

    /** By the names of the JSON summaries. */
    Map<String, Object> summary(PinRecorder.Totals totals) {
        var summary = new LinkedHashMap<String, Object>();
        summary.put("actions", actions);
        summary.put("commands", commands);
        summary.put("done", done);
        summary.put("lost", lost);
        summary.put("duplicates", totals.duplicates());
        summary.put("stale", totals.stale());
        summary.put("unarmed", totals.unarmed());
        return summary;
    }
}
