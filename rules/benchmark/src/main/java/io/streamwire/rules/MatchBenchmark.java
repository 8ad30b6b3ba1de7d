package io.streamwire.rules;

import io.streamwire.contract.LiveEvent;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How long does it take to find the rules that an event sets off? Public because JMH asks so. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class MatchBenchmark {

    /** Share of usual events that set off a rule, as in the other measurements. */
    static final double MATCHING = 0.1;

    /** Different events, so that neither the processor nor the compiler learns them. */
    private static final int EVENTS = 4_096;

    /** How many rules there are. */
    @Param({"10", "100", "1000", "10000"})
    public int rules;

    private RuleEngine engine = RuleEngine.EMPTY;
    private List<LiveEvent> usual = List.of();
    private List<LiveEvent> smallTalk = List.of();
    private int next;

    @Setup
    public void prepare() {
        var mixed = MixedRules.of(rules);
        engine = mixed.engine();
        usual = mixed.events(EVENTS, MATCHING);
        smallTalk = mixed.smallTalk(EVENTS);
    }

    /** One event of what happens in a room; one in ten sets off a rule. */
    @Benchmark
    public Object usual() {
        return match(usual);
    }

    /** A comment that sets off nothing: the kind of event that is looked at longest. */
    @Benchmark
    public Object nothing() {
        return match(smallTalk);
    }

    private Object match(List<LiveEvent> events) {
        next = (next + 1) % EVENTS;
        return engine.match(events.get(next), MixedRules.NOW);
    }
}
