package io.streamwire.rules;

import io.streamwire.contract.Json;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs {@link MatchBenchmark} with the options of JMH, and sums up what it found. */
final class MatchMeasurement {

    private static final String ALLOCATED = "gc.alloc.rate.norm"; // bytes of one call

    private MatchMeasurement() {}

    public static void main(String[] arguments) throws Exception {
        CommandLineOptions options;
        try {
            options = new CommandLineOptions(arguments);
        } catch (CommandLineOptionException e) {
            System.err.println("streamwire: " + e.getMessage());
            System.exit(2);
            return;
        }
        if (options.shouldHelp()) {
            options.showHelp();
            return;
        }
        try {
            report(
                    new Runner(
                                    new OptionsBuilder()
                                            .parent(options)
                                            .include(MatchBenchmark.class.getName())
                                            .shouldFailOnError(true)
                                            .addProfiler(GCProfiler.class)
                                            .build())
                            .run());
        } catch (RunnerException e) {
            System.err.println("streamwire: " + e.getMessage());
            System.exit(1);
        }
    }

    private static void report(Collection<RunResult> results) {
        System.out.printf(
                "%n%-10s %10s %12s %10s %18s%n",
                "event", "rules", "us", "bytes", "events/s, 1 thread");
        var summary = new LinkedHashMap<String, Map<String, Figures>>();
        for (var result : results) {
            var event = result.getPrimaryResult().getLabel();
            var rules = result.getParams().getParam("rules");
            var figures = Figures.of(result);
            System.out.printf(
                    "%-10s %10s %12.3f %10d %18d%n",
                    event, rules, figures.us(), figures.bytes(), figures.eventsPerS());
            summary.computeIfAbsent(event, _ -> new LinkedHashMap<>()).put(rules, figures);
        }
        System.out.println(Json.write(summary));
    }

    /**
     * What one event costs.
     *
     * @param us time, microseconds
     * @param bytes of memory
     * @param eventsPerS how many one thread does in a second
     */
    private record Figures(double us, long bytes, long eventsPerS) {
        static Figures of(RunResult result) {
            var micros = result.getPrimaryResult().getScore();
            var allocated = Objects.requireNonNull(result.getSecondaryResults().get(ALLOCATED));
            return new Figures(
                    Math.round(micros * 1_000) / 1_000.0,
                    Math.round(allocated.getScore()),
                    Math.round(1e6 / micros));
        }
    }
}
