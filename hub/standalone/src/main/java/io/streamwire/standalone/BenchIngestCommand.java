package io.streamwire.standalone;

import io.streamwire.contract.Json;
import io.streamwire.liveroom.LiveRoom;
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

/** Measures the way from a frame of a livestream to the stream. */
@Command(
        name = "ingest",
        description = {
            "Lets simulated LIVE rooms send at a steady rate to an ingest that is a process of its"
                    + " own, and",
            "measures what that process costs per event, and how long a frame takes from when it"
                    + " was due",
            "until ingest acknowledges it, which it does once Redis has confirmed its events."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class BenchIngestCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration LEAD = Duration.ofSeconds(2);
    private static final String DUE_TO_ACKNOWLEDGED = "due to acknowledged";

    @Mixin private final HubOptions options = new HubOptions();

    @Option(names = "--rate", paramLabel = "N", description = "events per second (5000)")
    private int rate = 5_000;

    @Option(
            names = "--livestreams",
            paramLabel = "N",
            description = "rooms that share them, of at most eight workspaces (1)")
    private int livestreams = 1;

    @Option(names = "--frame", paramLabel = "N", description = "messages in one frame (10)")
    private int perFrame = 10;

    @Option(names = "--seconds", paramLabel = "N", description = "how long to measure (30)")
    private int seconds = 30;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            description = "seconds of the same load before that (30)")
    private int warmUp = 30;

    @Option(
            names = "--readers",
            paramLabel = "N",
            description = "who read the first workspace's events meanwhile (0)")
    private int readers;

    @Option(names = "--heap", paramLabel = "SIZE", description = "of ingest's JVM (512m)")
    private String heap = "512m";

    @Spec private CommandSpec spec = CommandSpec.create(); // replaced by picocli

    @Override
    public Integer call() throws Exception {
        var bench = new Bench(spec, options);
        bench.require("--rate", rate, 1);
        bench.require("--livestreams", livestreams, 1);
        bench.require("--frame", perFrame, 1);
        bench.require("--seconds", seconds, 1);
        bench.require("--warm-up", warmUp, 0);
        bench.require("--readers", readers, 0);
        return bench.run(() -> {
            var jvm = List.of("-Xmx" + heap, "-XX:MaxGCPauseMillis=20");
            try (var liveRoom = LiveRoom.start(0);
                    var hub = IngestHub.start(bench.settings(Map.of()), liveRoom, jvm)) {
                return measure(bench, hub, liveRoom);
            }
        });
    }

    /** What the measured time cost. */
    private record Cost(double cpuSeconds, long events, double allCpuSeconds) {}

    private boolean measure(Bench bench, IngestHub hub, LiveRoom liveRoom) throws Exception {
        bench.progress("connecting to " + livestreams + " rooms");
        var names = "bench" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX) + "_";
        try (var load = IngestLoad.connect(hub, liveRoom, livestreams, names);
                var watching =
                        EventReaders.open(
                                hub.port(), load.owners().getFirst().accessToken(), readers)) {
            bench.progress("warming up for " + warmUp + " s, then measuring for " + seconds + " s");
            load.play(rate, perFrame, Duration.ofSeconds(warmUp + seconds).plus(LEAD));
            Thread.sleep(Duration.ofSeconds(warmUp));
            long heapBefore = hub.heapMiB();
            var cost = cost(hub, load);
            long heapAfter = hub.heapMiB();
            load.awaitEnd(PATIENCE);
            bench.progress("waiting for what is under way");
            await(() -> load.unacknowledged() == 0);
            var sent = load.sent();
            await(() -> hub.stored(names) >= sent);
            return report(
                    bench,
                    new Outcome(
                            cost,
                            load.counted(),
                            sent,
                            load.unacknowledged(),
                            hub.stored(names),
                            heapBefore,
                            heapAfter,
                            watching.fewest(),
                            watching.most()),
                    load);
        }
    }

    /** What came of everything. */
    private record Outcome(
            Cost cost,
            IngestLoad.Counted counted,
            long sent,
            long unacknowledged,
            long stored,
            long heapBeforeMiB,
            long heapAfterMiB,
            long fewestRead,
            long mostRead) {

        long lost() {
            return sent - counted.published() + counted.gaps();
        }

        boolean sound() {
            return unacknowledged == 0
                    && lost() == 0
                    && counted.duplicates() == 0
                    && counted.corrupt() == 0
                    && counted.gaps() == 0
                    && stored == sent
                    && fewestRead == mostRead;
        }
    }

    private Cost cost(IngestHub hub, IngestLoad load) throws InterruptedException {
        var begin = System.nanoTime();
        var end = begin + Duration.ofSeconds(seconds).toNanos();
        load.measure(begin, end);
        var sent = load.sent();
        var cpu = hub.cpuSeconds();
        var all = ProcessTree.now().cpuSeconds();
        Bench.sleepUntil(end);
        return new Cost(
                hub.cpuSeconds() - cpu, load.sent() - sent, ProcessTree.now().cpuSeconds() - all);
    }

    /** It may not happen: the report then says so. */
    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds() && System.nanoTime() < end) {
            Thread.sleep(Duration.ofMillis(200));
        }
    }

    private boolean report(Bench bench, Outcome outcome, IngestLoad load) {
        var latencies = new Latencies(List.of(DUE_TO_ACKNOWLEDGED));
        latencies.of(DUE_TO_ACKNOWLEDGED).add(load.micros());
        latencies.print(bench.out());
        var cost = outcome.cost();
        var perSecond = cost.events() / (double) seconds;
        var microsPerEvent = 1e6 * cost.cpuSeconds() / Math.max(1, cost.events());
        var counted = outcome.counted();
        bench.out()
                .printf(
                        "events %d sent, %d on the stream, %d in PostgreSQL, duplicates %d, gaps"
                                + " %d, frames without acknowledgement %d%n",
                        outcome.sent(),
                        counted.published(),
                        outcome.stored(),
                        counted.duplicates(),
                        counted.gaps(),
                        outcome.unacknowledged());
        bench.out()
                .printf(
                        "throughput %.0f events/s; ingest's process: %.2f cores, %.1f us of CPU per"
                                + " event, which is %.0f events/s on one core; heap after a"
                                + " collection %d MiB before, %d MiB after%n",
                        perSecond,
                        cost.cpuSeconds() / seconds,
                        microsPerEvent,
                        1e6 / microsPerEvent,
                        outcome.heapBeforeMiB(),
                        outcome.heapAfterMiB());
        bench.out()
                .printf(
                        "everything, with rooms, PostgreSQL and Redis: %.2f cores; %d readers got"
                                + " %d to %d events%n",
                        cost.allCpuSeconds() / seconds,
                        readers,
                        outcome.fewestRead(),
                        outcome.mostRead());
        var summary = new LinkedHashMap<String, Object>();
        summary.put("rate", rate);
        summary.put("livestreams", livestreams);
        summary.put("frame", perFrame);
        summary.put("seconds", seconds);
        summary.put("readers", readers);
        summary.put("events_per_s", Math.round(perSecond));
        summary.put("sent", outcome.sent());
        summary.put("lost", outcome.lost());
        summary.put("duplicates", counted.duplicates());
        summary.putAll(latencies.summary(DUE_TO_ACKNOWLEDGED));
        summary.put("cpu_us_per_event", Bench.rounded(microsPerEvent));
        summary.put("cpu_cores", Bench.rounded(cost.cpuSeconds() / seconds));
        summary.put("heap_before_mib", outcome.heapBeforeMiB());
        summary.put("heap_after_mib", outcome.heapAfterMiB());
        bench.out().println(Json.write(summary));
        bench.out().flush();
        return outcome.sound();
    }
}
