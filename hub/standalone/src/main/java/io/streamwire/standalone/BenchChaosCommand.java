package io.streamwire.standalone;

import io.streamwire.contract.Json;
import io.streamwire.standalone.SplitHub.Target;
import io.streamwire.virtualboard.PinRecorder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks that no fault makes a pin move twice, late, disarmed or without a receipt. */
@Command(
        name = "chaos",
        description = {
            "Lets random faults happen to boards, their links, the devices service, the broker and",
            "Redis while commands are under way, and checks every command afterwards against the",
            "database, its receipt and its pin. The same seed plans the same faults."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class BenchChaosCommand implements Callable<Integer> {

    private static final String BROKER_HEAP = "256m";

    private static final Duration LONGEST_CALM = Duration.ofSeconds(4);

    @Mixin private final HubOptions options = new HubOptions();

    @Option(names = "--seed", paramLabel = "N", description = "of the faults (a random one)")
    private @Nullable Long seed;

    @Option(names = "--cycles", paramLabel = "N", description = "faults in all (10000)")
    private int cycles = 10_000;

    @Option(
            names = "--kills",
            paramLabel = "N",
            description = "kills of each of hub, broker and Redis, besides the cycles (50)")
    private int kills = 50;

    @Option(names = "--boards", paramLabel = "N", description = "boards (48)")
    private int boards = 48;

    @Option(names = "--workspaces", paramLabel = "N", description = "workspaces (6)")
    private int workspaces = 6;

    @Spec private CommandSpec spec = CommandSpec.create(); // replaced by picocli

    @Override
    public Integer call() throws Exception {
        var bench = new Bench(spec, options);
        bench.require("--cycles", cycles, 1);
        bench.require("--kills", kills, 0);
        bench.require("--workspaces", workspaces, 1);
        bench.require("--boards", boards, workspaces);
        var chosen = seed == null ? ThreadLocalRandom.current().nextLong(1_000_000) : seed;
        var plan = new Chaos.Plan(chosen, cycles, kills, LONGEST_CALM);
        return bench.run(() -> {
            bench.progress("seed " + plan.seed());
            try (var hub = SplitHub.start(bench.settings(Map.of()), BROKER_HEAP)) {
                return run(bench, plan, hub);
            }
        });
    }

    private boolean run(Bench bench, Chaos.Plan plan, SplitHub hub) throws Exception {
        var begin = System.nanoTime();
        var recorder = new PinRecorder();
        bench.progress("setting up " + boards + " boards");
        var sites = Fleet.register(hub.url(), boards, workspaces);
        try (var fleet = Fleet.connect(hub.mqttUrl(), sites, recorder);
                var ledger = Ledger.of(hub.embedded())) {
            fleet.arm();
            var chaos = new Chaos(plan, hub, fleet, recorder, bench::progress);
            chaos.run();
            bench.progress("waiting for what is under way");
            var verdict = ChaosVerdict.of(chaos, fleet, ledger, recorder);
            report(bench, plan, chaos, verdict, (System.nanoTime() - begin) / 1_000_000_000);
            return verdict.sound();
        }
    }

    private void report(
            Bench bench, Chaos.Plan plan, Chaos chaos, ChaosVerdict verdict, long seconds) {
        chaos.faults().forEach((fault, count) -> bench.out().printf("%8d  %s%n", count, fault));
        var summary = new LinkedHashMap<String, Object>();
        summary.put("seed", plan.seed());
        summary.put("cycles", plan.cycles());
        for (var target : Target.values()) {
            var times =
                    chaos.recoveries().stream()
                            .filter(recovery -> recovery.target() == target)
                            .mapToLong(Chaos.Recovery::ms)
                            .sorted()
                            .toArray();
            var name = target.name().toLowerCase(Locale.ROOT);
            summary.put(name + "_kills", times.length);
            if (times.length > 0) {
                bench.out()
                        .printf(
                                "%8d  kills of %s; boards armed again after %.1f s (median), %.1f s"
                                        + " (longest)%n",
                                times.length,
                                name,
                                times[times.length / 2] / 1_000.0,
                                times[times.length - 1] / 1_000.0);
            }
        }
        verdict.print(bench.out());
        summary.putAll(verdict.summary());
        summary.put("seconds", seconds);
        bench.out().println(Json.write(summary));
        bench.out().flush();
    }
}
