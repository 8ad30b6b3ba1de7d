package io.streamwire.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.BoardState.Phase;
import io.streamwire.virtualboard.PinRecorder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures how long a stop takes while everything is busy. */
@Command(
        name = "stop",
        description = {
            "Stops every workspace through the API while actions come at a steady rate, measures"
                    + " how",
            "long it takes until each board is safe, arms again by hand and repeats."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class BenchStopCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LOADED = Duration.ofMillis(750);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(10);
    private static final String TO_SAFE = "call to board safe";
    private static final String TO_ANSWER = "call to answer";

    @Mixin private final HubOptions options = new HubOptions();
    @Mixin private final LoadOptions load = new LoadOptions();

    @Option(names = "--rounds", paramLabel = "N", description = "how often to stop and arm (20)")
    private int rounds = 20;

    @Spec private CommandSpec spec = CommandSpec.create(); // replaced by picocli

    private final Latencies latencies = new Latencies(List.of(TO_SAFE, TO_ANSWER));

    /** When each board was safe in this round, {@link System#nanoTime()}. */
    private final Map<UUID, Long> safeAt = new ConcurrentHashMap<>();

    private long unsafe;
    private long unconfirmed;

    @Override
    public Integer call() throws Exception {
        var bench = new Bench(spec, options);
        load.check(bench);
        bench.require("--rounds", rounds, 1);
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
            for (var board : fleet.boards().all()) {
                board.onPhase(phase -> {
                    if (phase == Phase.STOPPED) {
                        safeAt.put(board.deviceId(), System.nanoTime());
                    }
                });
            }
            load.warmUp(bench);
            bench.progress("stopping " + rounds + " times");
            for (int round = 0; round < rounds; round++) {
                stop(fleet);
                fleet.arm();
                Thread.sleep(LOADED);
            }
            actions.end();
            bench.progress("waiting for what is under way");
            var results = ActionResults.of(actions.shots(), ledger, PATIENCE, _ -> false);
            var totals = recorder.totals();
            report(bench, results, totals);
            return results.sound(totals) && unsafe == 0 && unconfirmed == 0;
        }
    }

    /** What the API answered to the stop of one workspace. */
    private record Stop(Fleet.Site site, long calledAt, long answeredAt, JsonNode answer) {

        static Stop of(Fleet.Site site) {
            var calledAt = System.nanoTime();
            var answer = site.api().post("/api/v1/devices/stop");
            return new Stop(site, calledAt, System.nanoTime(), answer);
        }
    }

    private void stop(Fleet fleet) throws InterruptedException {
        safeAt.clear();
        var stops = fleet.atEachSite(Stop::of);
        Wait.happens(LONGEST_STOP, () -> safeAt.size() == fleet.size());
        for (var stop : stops) {
            latencies.record(TO_ANSWER, (stop.answeredAt() - stop.calledAt()) / 1_000);
            unconfirmed += stop.site().boards().size() - stop.answer().required("confirmed").size();
            for (var board : stop.site().boards()) {
                var safe = safeAt.get(board.deviceId());
                if (safe == null) {
                    unsafe++;
                } else {
                    latencies.record(TO_SAFE, (safe - stop.calledAt()) / 1_000);
                }
            }
        }
    }

    private void report(Bench bench, ActionResults results, PinRecorder.Totals totals) {
        latencies.print(bench.out());
        results.print(bench.out(), totals);
        bench.out()
                .printf(
                        "boards not safe within %d s: %d, not confirmed in the answer: %d%n",
                        LONGEST_STOP.toSeconds(), unsafe, unconfirmed);
        var summary = new LinkedHashMap<String, Object>();
        summary.putAll(load.summary());
        summary.put("stops", rounds);
        summary.putAll(results.summary(totals));
        summary.put("unsafe", unsafe);
        summary.put("unconfirmed", unconfirmed);
        summary.putAll(latencies.summary(TO_SAFE));
        bench.out().println(Json.write(summary));
        bench.out().flush();
    }
}
