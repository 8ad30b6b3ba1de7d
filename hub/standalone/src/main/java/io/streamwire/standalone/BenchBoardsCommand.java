package io.streamwire.standalone;

import io.streamwire.contract.Json;
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

/** Measures what many connected boards cost the broker. */
@Command(
        name = "boards",
        description = {
            "Connects many boards, each with its heartbeat, to a broker in a process of its own"
                    + " and",
            "measures the memory of that process while they stay."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class BenchBoardsCommand implements Callable<Integer> {

    private static final int MOST_MIB = 1_536;

    @Mixin private final HubOptions options = new HubOptions();

    @Option(names = "--boards", paramLabel = "N", description = "boards (5000)")
    private int boards = 5_000;

    @Option(names = "--workspaces", paramLabel = "N", description = "workspaces (50)")
    private int workspaces = 50;

    @Option(names = "--seconds", paramLabel = "N", description = "how long they stay (60)")
    private int seconds = 60;

    @Option(names = "--heap", paramLabel = "SIZE", description = "of the broker (768m)")
    private String heap = "768m";

    @Spec private CommandSpec spec = CommandSpec.create(); // replaced by picocli

    @Override
    public Integer call() throws Exception {
        var bench = new Bench(spec, options);
        bench.require("--workspaces", workspaces, 1);
        bench.require("--boards", boards, workspaces);
        bench.require("--seconds", seconds, 1);
        return bench.run(() -> {
            try (var hub = SplitHub.start(bench.settings(Map.of()), heap)) {
                return measure(bench, hub);
            }
        });
    }

    private boolean measure(Bench bench, SplitHub hub) throws Exception {
        bench.progress("setting up " + boards + " boards");
        var sites = Fleet.register(hub.url(), boards, workspaces);
        var begin = System.nanoTime();
        try (var fleet = Fleet.connect(hub.mqttUrl(), sites, new PinRecorder())) {
            var ready = (System.nanoTime() - begin) / 1_000_000;
            bench.progress("staying for " + seconds + " s");
            var most = 0L;
            var least = Long.MAX_VALUE;
            var end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
            while (System.nanoTime() < end) {
                most = Math.max(most, ProcessTree.residentMiB(hub.brokerPid()));
                least = Math.min(least, connected(fleet));
                Thread.sleep(Duration.ofSeconds(1));
            }
            bench.out()
                    .printf(
                            "%d boards connected within %.1f s, never fewer than %d of them for %d"
                                    + " s; the broker's process: %d MiB at most%n",
                            boards, ready / 1_000.0, least, seconds, most);
            var summary = new LinkedHashMap<String, Object>();
            summary.put("boards", boards);
            summary.put("connected", least);
            summary.put("ready_ms", ready);
            summary.put("broker_mib", most);
            bench.out().println(Json.write(summary));
            bench.out().flush();
            return least == boards && most <= MOST_MIB;
        }
    }

    private static long connected(Fleet fleet) {
        return fleet.boards().statuses().values().stream()
                .filter(status -> status.connected())
                .count();
    }
}
