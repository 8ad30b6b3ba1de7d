package io.streamwire.standalone;

import io.streamwire.standalone.RulesLoad.Shot;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What the rules made of a {@link RulesLoad}. */
final class RulesResults {

    /** From Redis having the event to a reader having the action. */
    static final String STREAM_TO_ACTION = "stream to action";

    private static final List<String> HOPS =
            List.of(
                    "due to stream",
                    "stream to decided",
                    "decided to action",
                    STREAM_TO_ACTION,
                    "due to action");

    private final Latencies latencies = new Latencies(HOPS);
    private final long published;
    private final long refused;
    private final long unasked;
    private long expected;
    private long decisions;
    private long actions;
    private long lost;
    private long twice;
    private long wrong;

    private RulesResults(RulesLoad load) {
        this.published = load.published();
        this.refused = load.refused();
        this.unasked = load.unasked();
    }

    /**
     * Counts.
     *
     * @param counted which events' latencies count; all are checked for loss
     */
    static RulesResults of(RulesLoad load, Predicate<Shot> counted) {
        var results = new RulesResults(load);
        for (var shot : load.shots()) {
            results.add(shot, counted.test(shot));
        }
        return results;
    }

    private void add(Shot shot, boolean counted) {
        decisions += shot.decisions();
        actions += shot.actions();
        expected += shot.refused() ? 0 : 1;
        lost += !shot.refused() && (shot.decisions() == 0 || shot.actions() == 0) ? 1 : 0;
        twice += shot.decisions() > 1 || shot.actions() > 1 ? 1 : 0;
        wrong += shot.wrong() ? 1 : 0;
        if (counted && shot.actions() > 0 && shot.onStream() > 0) {
            latencies.record("due to stream", shot.onStream() - shot.due());
            latencies.record("stream to decided", shot.onStream(), shot.decided());
            latencies.record("decided to action", shot.decided(), shot.seen());
            latencies.record(STREAM_TO_ACTION, shot.seen() - shot.onStream());
            latencies.record("due to action", shot.seen() - shot.due());
        }
    }

    /** Every event that sets off a rule has exactly one decision and one action, and no other. */
    boolean sound() {
        return refused == 0 && lost == 0 && twice == 0 && wrong == 0 && unasked == 0;
    }

    void print(PrintWriter out) {
        latencies.print(out);
        out.printf(
                "%nevents %d on the stream, %d refused by the bus; %d set off a rule: decisions %d,"
                        + " actions %d, lost %d, twice %d, wrong %d, unasked %d%n",
                published, refused, expected, decisions, actions, lost, twice, wrong, unasked);
    }

    /** By the names of the JSON summaries. */
    Map<String, Object> summary() {
        var summary = new LinkedHashMap<String, Object>();
        summary.put("events", published);
        summary.put("refused", refused);
        summary.put("expected", expected);
        summary.put("decisions", decisions);
        summary.put("actions", actions);
        summary.put("lost", lost);
        summary.put("twice", twice);
        summary.put("wrong", wrong);
        summary.put("unasked", unasked);
        summary.putAll(latencies.summary(STREAM_TO_ACTION));
        return summary;
    }
}
