package io.streamwire.standalone;

import io.streamwire.contract.Json;
import io.streamwire.standalone.SplitHub.Target;
import io.streamwire.virtualboard.PinRecorder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures how long boards are away when the broker dies. */
@Command(
        name = "restart",
        description = {
            "Kills the broker under many boards, starts it again at once, and measures how long it",
            "takes until every board is connected, known to the hub and armed again."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class BenchRestartCommand implements Callable<Integer> {

    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final Duration WANTED = Duration.ofSeconds(15);

    @Mixin private final HubOptions options = new HubOptions();

    @Option(names = "--boards", paramLabel = "N", description = "boards (1000)")
    private int boards = 1_000;

    @Option(names = "--workspaces", paramLabel = "N", description = "workspaces (10)")
    private int workspaces = 10;

    @Option(names = "--rounds", paramLabel = "N", description = "how often (3)")
    private int rounds = 3;

    @Spec private CommandSpec spec = CommandSpec.create(); // replaced by picocli

    @Override
    public Integer call() throws Exception {
        var bench = new Bench(spec, options);
        bench.require("--workspaces", workspaces, 1);
        bench.require("--boards", boards, workspaces);
        bench.require("--rounds", rounds, 1);
        return bench.run(() -> {
            try (var hub = SplitHub.start(bench.settings(Map.of()), "512m")) {
                return measure(bench, hub);
            }
        });
    }

    private boolean measure(Bench bench, SplitHub hub) throws Exception {
        bench.progress("setting up " + boards + " boards");
        var sites = Fleet.register(hub.url(), boards, workspaces);
        try (var fleet = Fleet.connect(hub.mqttUrl(), sites, new PinRecorder())) {
            fleet.arm();
            var longest = 0L;
            for (int round = 1; round <= rounds; round++) {
                var begin = System.nanoTime();
                hub.kill(Target.BROKER, Duration.ZERO);
                var connected = since(begin, fleet, false);
                var armed = since(begin, fleet, true);
                longest = Math.max(longest, armed);
                bench.out()
                        .printf(
                                "round %d: all connected after %.1f s, all armed after %.1f s%n",
                                round, connected / 1_000.0, armed / 1_000.0);
                bench.out().flush();
            }
            var summary = new LinkedHashMap<String, Object>();
            summary.put("boards", boards);
            summary.put("rounds", rounds);
            summary.put("longest_ms", longest);
            bench.out().println(Json.write(summary));
            bench.out().flush();
            return longest <= WANTED.toMillis();
        }
    }

    /** How long it takes until every board is back, ms. */
    private static long since(long begin, Fleet fleet, boolean armed) {
        Wait.until(
                LONGEST,
                "every board is back",
                () ->
                        fleet.boards().statuses().values().stream()
                                .allMatch(status ->
                                        status.connected() && (status.armed() || !armed)));
        return (System.nanoTime() - begin) / 1_000_000;
    }
}
