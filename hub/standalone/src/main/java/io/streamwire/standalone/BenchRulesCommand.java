package io.streamwire.standalone;

import io.streamwire.contract.Hops;
import io.streamwire.contract.Json;
import io.streamwire.liveroom.RuleMix;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the way from an event on the stream to the action that a rule decides. */
@Command(
        name = "rules",
        description = {
            "Puts events on the stream as ingest does, at a steady rate, for a rules service that"
                    + " is a process",
            "of its own, and measures how long each takes until the action that it sets off is on"
                    + " the stream,",
            "and what that process costs per event: 80 %% of the rules listen for a text, 9 %% for a"
                    + " gift,",
            "9 %% count likes, 2 %% have a pattern."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class BenchRulesCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** What would come a second time does so in this time. */
    private static final Duration SETTLED = Duration.ofSeconds(2);

    /** Most rules of a workspace. */
    private static final int MOST_RULES = 1_000;

    @Mixin private final HubOptions options = new HubOptions();

    @Option(names = "--rate", paramLabel = "N", description = "events per second (5000)")
    private int rate = 5_000;

    @Option(
            names = "--matching",
            paramLabel = "SHARE",
            description = "share of the events, 0.0 to 1.0, on which a rule fires (0.1)")
    private double matching = 0.1;

    @Option(
            names = "--rules",
            paramLabel = "N",
            description = "rules of each workspace, at most 1000 (1000)")
    private int rules = MOST_RULES;

    @Option(
            names = "--workspaces",
            paramLabel = "N",
            description = "workspaces that share the events, spread over the partitions (8)")
    private int workspaces = 8;

    @Option(names = "--frame", paramLabel = "N", description = "events in one frame (10)")
    private int perFrame = 10;

    @Option(names = "--seconds", paramLabel = "N", description = "how long to measure (30)")
    private int seconds = 30;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            description = "seconds of the same load before that (15)")
    private int warmUp = 15;

    @Option(names = "--heap", paramLabel = "SIZE", description = "of the rules' JVM (512m)")
    private String heap = "512m";

    @Spec private CommandSpec spec = CommandSpec.create(); // replaced by picocli

    @Override
    public Integer call() throws Exception {
        var bench = new Bench(spec, options);
        bench.require("--rate", rate, 1);
        bench.require("--rules", rules, 1);
        bench.require("--workspaces", workspaces, 1);
        bench.require("--frame", perFrame, 1);
        bench.require("--seconds", seconds, 1);
        bench.require("--warm-up", warmUp, 0);
        if (rules > MOST_RULES) {
            throw bench.wrong("--rules must be at most %d: %d".formatted(MOST_RULES, rules));
        }
        if (!(matching >= 0 && matching <= 1)) {
            throw bench.wrong("--matching must be 0.0 to 1.0: " + matching);
        }
        return bench.run(() -> {
            var jvm = List.of("-Xmx" + heap, "-XX:MaxGCPauseMillis=20");
            try (var hub = RulesHub.start(bench.settings(Map.of()), jvm)) {
                return measure(bench, hub);
            }
        });
    }

    /** What the measured time cost. */
    private record Cost(double cpuSeconds, long events, double allCpuSeconds) {}

    private boolean measure(Bench bench, RulesHub hub) throws Exception {
        bench.progress("setting up " + workspaces + " workspaces with " + rules + " rules each");
        var names = "bench" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX) + "_";
        var mix = new RuleMix(rules);
        var owners = hub.workspaces(workspaces, names);
        RulesLoad.write(mix, owners);
        try (var load = RulesLoad.start(hub.bus(), owners, mix, rate, perFrame, matching)) {
            bench.progress("warming up for " + warmUp + " s, then measuring for " + seconds + " s");
            Thread.sleep(Duration.ofSeconds(warmUp));
            var from = Hops.now();
            var cost = cost(hub, load);
            load.end();
            bench.progress("waiting for what is under way");
            var _ = Wait.happens(PATIENCE, load::complete);
            Thread.sleep(SETTLED);
            var results = RulesResults.of(load, shot -> shot.due() >= from);
            report(bench, results, cost);
            return results.sound();
        } finally {
            RulesLoad.clear(owners);
        }
    }

    private Cost cost(RulesHub hub, RulesLoad load) throws InterruptedException {
        var events = load.published();
        var cpu = hub.cpuSeconds();
        var all = ProcessTree.now().cpuSeconds();
        Thread.sleep(Duration.ofSeconds(seconds));
        return new Cost(
                hub.cpuSeconds() - cpu,
                load.published() - events,
                ProcessTree.now().cpuSeconds() - all);
    }

    private void report(Bench bench, RulesResults results, Cost cost) {
        var microsPerEvent = 1e6 * cost.cpuSeconds() / Math.max(1, cost.events());
        var perCore = cost.cpuSeconds() > 0 ? cost.events() / cost.cpuSeconds() : 0;
        results.print(bench.out());
        bench.out()
                .printf(
                        "throughput %.0f events/s; the rules' process: %.2f cores, %.1f us of CPU"
                                + " per event, which is %.0f events/s on one core%n",
                        cost.events() / (double) seconds,
                        cost.cpuSeconds() / seconds,
                        microsPerEvent,
                        perCore);
        bench.out()
                .printf(
                        "everything, with load, PostgreSQL and Redis: %.2f cores%n",
                        cost.allCpuSeconds() / seconds);
        var summary = new LinkedHashMap<String, Object>();
        summary.put("rate", rate);
        summary.put("matching", matching);
        summary.put("rules", rules);
        summary.put("workspaces", workspaces);
        summary.put("frame", perFrame);
        summary.put("seconds", seconds);
        summary.putAll(results.summary());
        summary.put("events_per_s", Math.round(cost.events() / (double) seconds));
        summary.put("cpu_us_per_event", Bench.rounded(microsPerEvent));
        summary.put("events_per_s_per_core", Math.round(perCore));
        summary.put("cpu_cores", Bench.rounded(cost.cpuSeconds() / seconds));
        bench.out().println(Json.write(summary));
        bench.out().flush();
    }
}
