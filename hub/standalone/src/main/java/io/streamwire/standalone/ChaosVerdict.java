package io.streamwire.standalone;

import io.streamwire.contract.CommandState;
import io.streamwire.virtualboard.PinRecorder;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What became of everything that was asked for during {@link Chaos}: by the database, by the API
 * and by the recorder at the pins, none of which knows the others.
 */
final class ChaosVerdict {

    /** The longest a command may stay open: its time to live, the longest pulse, 5 s, and slack. */
    private static final Duration ALL_FINAL = Duration.ofSeconds(60);

    private static final int MOST_TOLD = 20;

    /** Of the commands that were taken, so many end as they should, or nothing was shown. */
    private static final double LEAST_DONE = 0.3;

    private static final int PERCENT = 100;

    private final PinRecorder.Totals pins;
    private final Map<String, Integer> states = new TreeMap<>();
    private final List<String> offences = new ArrayList<>();
    private int commands;
    private int done;
    private int lost;
    private int unfinished;
    private int contradictions;
    private int withoutReceipt;

    private ChaosVerdict(PinRecorder.Totals pins) {
        this.pins = pins;
    }

    /** Waits until everything is final, and judges. */
    static ChaosVerdict of(Chaos chaos, Fleet fleet, Ledger ledger, PinRecorder recorder)
            throws SQLException {
        var asked = chaos.asked();
        for (var site : fleet.sites()) {
            var certain =
                    asked.stream()
                            .filter(one -> one.board().workspaceId().equals(site.workspaceId()))
                            .filter(Chaos.Asked::isCertain)
                            .count();
            var _ =
                    Wait.happens(
                            ALL_FINAL,
                            () ->
                                    ledger.commandCount(site.workspaceId()) >= certain
                                            && ledger.pending(site.workspaceId()) == 0);
        }
        var verdict = new ChaosVerdict(recorder.totals());
        var known = new HashMap<UUID, Ledger.Command>();
        for (var site : fleet.sites()) {
            for (var command : ledger.commands(site.workspaceId())) {
                known.put(command.id(), command);
            }
        }
        for (var one : asked) {
            verdict.judge(chaos, one, known);
        }
        verdict.checkReceipts(fleet, asked, known);
        recorder.violations().forEach(violation -> verdict.tell("pins: " + violation));
        return verdict;
    }

    private void judge(Chaos chaos, Chaos.Asked asked, Map<UUID, Ledger.Command> known) {
        var id = asked.commandId();
        var on = chaos.switchedOn(id);
        var command = known.get(id);
        if (command == null) {
            if (asked.isCertain() || on > 0) {
                lost++;
                tell("lost: %s, pin on %d times".formatted(id, on));
            }
            return;
        }
        commands++;
        states.merge(
                command.reason().isEmpty()
                        ? command.state().toString()
                        : command.state() + " " + command.reason(),
                1,
                Integer::sum);
        if (!command.state().isFinal()) {
            unfinished++;
            tell("not final: %s %s".formatted(id, command.state()));
        } else if (command.state() == CommandState.DONE) {
            done++;
            contradiction(on != 1, command, on);
        } else if (command.state() == CommandState.EXPIRED
                || command.state() == CommandState.REJECTED) {
            contradiction(on != 0, command, on);
        }
    }

    private void contradiction(boolean is, Ledger.Command command, int on) {
        if (is) {
            contradictions++;
            tell(
                    "%s is %s %s, but its pin was on %d times"
                            .formatted(command.id(), command.state(), command.reason(), on));
        }
    }

    /** What every member can ask for afterwards. */
    private void checkReceipts(
            Fleet fleet, List<Chaos.Asked> asked, Map<UUID, Ledger.Command> known) {
        var apis = new HashMap<UUID, ApiClient>();
        fleet.sites().forEach(site -> apis.put(site.workspaceId(), site.api()));
        for (var one : asked) {
            var command = known.get(one.commandId());
            var api = apis.get(one.board().workspaceId());
            if (command == null || api == null) {
                continue;
            }
            try {
                var receipt = api.get("/api/v1/receipts/" + command.id());
                if (receipt.required("state").asText().equals(command.state().toString())) {
                    continue;
                }
                tell("the receipt of %s says %s".formatted(command.id(), receipt.path("state")));
            } catch (IllegalStateException e) {
                tell(e.toString());
            }
            withoutReceipt++;
        }
    }

    private void tell(String offence) {
        if (offences.size() < MOST_TOLD) {
            offences.add(offence);
        }
    }

    private double doneShare() {
        return commands == 0 ? 0 : (double) done / commands;
    }

    /**
     * Nothing stale, twice, unarmed or unasked; nothing lost, left open or without a receipt; and
     * not only because hardly anything was done.
     */
    boolean sound() {
        return pins.violations() == 0
                && lost == 0
                && unfinished == 0
                && contradictions == 0
                && withoutReceipt == 0
                && doneShare() >= LEAST_DONE;
    }

    List<String> offences() {
        return List.copyOf(offences);
    }

    void print(PrintWriter out) {
        states.forEach((state, count) -> out.printf("%8d  %s%n", count, state));
        out.printf(
                "commands %d, done %d (%.0f %%, at least %.0f %%), lost %d, not final %d, without a"
                        + " receipt %d, contradicting their pin %d%n",
                commands,
                done,
                PERCENT * doneShare(),
                PERCENT * LEAST_DONE,
                lost,
                unfinished,
                withoutReceipt,
                contradictions);
        out.printf(
                "pins: %d on, duplicates %d, stale %d, unarmed %d, unasked %d%n",
                pins.switchedOn(), pins.duplicates(), pins.stale(), pins.unarmed(), pins.unasked());
        offences.forEach(out::println);
    }

    /** By the names of the JSON summaries. */
    Map<String, Object> summary() {
        var summary = new LinkedHashMap<String, Object>();
        summary.put("commands", commands);
        summary.put("done", done);
        summary.put("done_share", Math.round(PERCENT * doneShare()) / (double) PERCENT);
        summary.put("lost", lost);
        summary.put("unfinished", unfinished);
        summary.put("without_receipt", withoutReceipt);
        summary.put("contradictions", contradictions);
        summary.put("duplicates", pins.duplicates());
        summary.put("stale", pins.stale());
        summary.put("unarmed", pins.unarmed());
        summary.put("unasked", pins.unasked());
        return summary;
    }
}
