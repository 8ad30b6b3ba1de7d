package io.streamwire.standalone;

import io.streamwire.contract.Hops;
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

/** Measures the way from an action on the bus to its board. */
@Command(
        name = "mqtt",
        description = {
            "Writes actions on the bus as the rules do, at a steady rate, and measures how long"
                    + " each",
            "takes through the devices service, Redis and the MQTT broker to its virtual board."
                    + " Load",
            "and boards run in the same process, so their cost is part of the figures."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class BenchMqttCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Mixin private final HubOptions options = new HubOptions();
    @Mixin private final LoadOptions load = new LoadOptions();

    @Option(names = "--seconds", paramLabel = "N", description = "how long to measure (30)")
    private int seconds = 30;

    @Spec private CommandSpec spec = CommandSpec.create(); // replaced by picocli

    @Override
    public Integer call() throws Exception {
        var bench = new Bench(spec, options);
        load.check(bench);
        bench.require("--seconds", seconds, 1);
        return bench.run(() -> {
            try (var hub = Standalone.start(bench.settings(Map.of()))) {
                return measure(bench, hub);
            }
        });
    }

    private boolean measure(Bench bench, Standalone hub) throws Exception {
        var recorder = new PinRecorder();
        try (var fleet = load.fleet(bench, hub, recorder);
                var ledger = Ledger.of(hub.embedded());
                var actions = load.start(hub, fleet, recorder)) {
            load.warmUp(bench);
            bench.progress("measuring for " + seconds + " s");
            var from = Hops.now();
            var before = ProcessTree.now();
            Thread.sleep(Duration.ofSeconds(seconds));
            var after = ProcessTree.now();
            actions.end();
            bench.progress("waiting for what is under way");
            var results =
                    ActionResults.of(actions.shots(), ledger, PATIENCE, shot -> shot.due() >= from);
            report(bench, results, recorder.totals(), before, after);
            return results.sound(recorder.totals());
        }
    }

    private void report(
            Bench bench,
            ActionResults results,
            PinRecorder.Totals totals,
            ProcessTree before,
            ProcessTree after) {
        var cores = (after.cpuSeconds() - before.cpuSeconds()) / seconds;
        results.latencies().print(bench.out());
        results.print(bench.out(), totals);
        bench.out()
                .printf(
                        "cpu %.2f cores, memory %d MiB (everything: load, boards, hub, PostgreSQL,"
                                + " Redis)%n",
                        cores, after.residentMiB());
        var summary = new LinkedHashMap<String, Object>();
        summary.putAll(load.summary());
        summary.put("seconds", seconds);
        summary.putAll(results.summary(totals));
        summary.putAll(results.latencies().summary(ActionResults.ACTION_TO_BOARD));
        summary.put("cpu_cores", Bench.rounded(cores));
        summary.put("memory_mib", after.residentMiB());
        bench.out().println(Json.write(summary));
        bench.out().flush();
    }
}
