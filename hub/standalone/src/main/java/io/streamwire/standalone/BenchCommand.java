package io.streamwire.standalone;

import io.streamwire.contract.Json;
import io.streamwire.embedded.Embedded;
import io.streamwire.liveroom.LiveRoom;
import io.streamwire.liveroom.Performance;
import io.streamwire.liveroom.Show;
import io.streamwire.service.Configuration;
import io.streamwire.telemetry.Logging;
import io.streamwire.virtualboard.PinRecorder;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the whole way under a steady load. */
@Command(
        name = "bench",
        description = {
            "Drives events through a local TikTok LIVE room, the whole hub and virtual boards, and",
            "prints latency per hop, throughput, losses, duplicates, CPU and memory. The load"
                    + " comes",
            "from the same process, so its cost is part of the figures."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "[MEASUREMENT]",
        commandListHeading = "%nOther measurements:%n",
        footer = "  match     How fast the rules are found that an event sets off.",
        subcommands = {
            BenchIngestCommand.class,
            BenchRulesCommand.class,
            BenchLiveCommand.class,
            BenchPageCommand.class,
            BenchMqttCommand.class,
            BenchStopCommand.class,
            BenchBoardsCommand.class,
            BenchRestartCommand.class,
            BenchChaosCommand.class,
            BenchOutageCommand.class,
            BenchBridgeCommand.class,
            BenchStackCommand.class
        })
final class BenchCommand implements Callable<Integer> {

    private static final Duration PULSE = Duration.ofMillis(5);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int FRAMES_PER_SECOND = 20;
    private static final Duration FRAME_INTERVAL =
            Duration.ofSeconds(1).dividedBy(FRAMES_PER_SECOND);

    @Mixin private final HubOptions options = new HubOptions();

    @Option(names = "--rate", paramLabel = "N", description = "events per second (1000)")
    private int rate = 1_000;

    @Option(
            names = "--match",
            paramLabel = "PERCENT",
            description = "share of the events on which a rule fires (10)")
    private double match = 10;

    @Option(names = "--seconds", paramLabel = "N", description = "how long to measure (30)")
    private int seconds = 30;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            description = {
                "seconds before that (150): until the JVM has compiled what it needs, commands may",
                "come too late and expire, which is counted and no failure"
            })
    private int warmUp = 150;

    @Option(
            names = "--streamers",
            paramLabel = "N",
            description = "workspaces that share the load, each with a livestream, two boards (10)")
    private int streamers = 10;

    @Spec private CommandSpec spec = CommandSpec.create(); // replaced by picocli

    @Override
    public Integer call() throws InterruptedException, SQLException {
        check();
        Logging.onlyWarnings();
        try (var liveRoom = LiveRoom.start(0)) {
            var overrides = new HashMap<>(liveRoom.settings());
            overrides.putAll(HubOptions.anyFreePorts());
            // The ten of them are set up in one go, as no streamer's browser would.
            overrides.put("gateway.rate-limit", "10000");
            overrides.put("gateway.rate-burst", "10000");
            overrides.put("devices.commands-per-second-per-device", "10000");
            overrides.put("devices.command-burst-per-device", "10000");
            overrides.put("devices.commands-per-second-per-workspace", "10000");
            overrides.put("devices.commands-per-minute-per-viewer", "1000000");
            overrides.put("auth.login-attempts", "1000");
            var settings = options.configuration(overrides);
            var directory = Configuration.path(settings, "data-dir").resolve("bench");
            int result;
            try (var hub =
                    Standalone.start(
                            Configuration.with(
                                    settings, Map.of("data-dir", directory.toString())))) {
                result = measure(liveRoom, hub);
            }
            if (result == 0) {
                Embedded.empty(directory);
            }
            return result;
        }
    }

    private void check() {
        if (rate < 1 || streamers < 1 || rate < streamers || seconds < 1 || warmUp < 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--rate, --streamers and --seconds must be at least 1, and the rate at least"
                            + " one event per streamer");
        }
        if (match < 0 || match > 100) {
            throw new ParameterException(spec.commandLine(), "--match must be 0 to 100: " + match);
        }
    }

    private int measure(LiveRoom liveRoom, Standalone hub)
            throws InterruptedException, SQLException {
        var recorder = new PinRecorder();
        var run = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
        var crew = new ArrayList<Streamer>();
        try (var ledger = Ledger.of(hub.embedded())) {
            progress("setting up " + streamers + " streamers");
            IntStream.range(0, streamers)
                    .forEach(n ->
                            crew.add(
                                    Streamer.enter(
                                            hub.url(),
                                            hub.mqttUrl(),
                                            liveRoom,
                                            "bench" + n + "_" + run,
                                            PULSE,
                                            recorder)));
            progress("warming up for " + warmUp + " s, then measuring for " + seconds + " s");
            var start = System.nanoTime();
            var measured = start + Duration.ofSeconds(warmUp).toNanos();
            var length = Duration.ofSeconds(warmUp + seconds);
            var shows = new ArrayList<Performance>();
            for (int n = 0; n < streamers; n++) {
                // Rooms do not beat together: their frames are spread over the frame's interval.
                sleepUntil(start + n * FRAME_INTERVAL.toNanos() / streamers);
                shows.add(play(crew.get(n), n));
            }
            sleepUntil(measured);
            var before = ProcessTree.now();
            sleepUntil(start + length.toNanos());
            var after = ProcessTree.now();
            for (var show : shows) {
                if (!show.await(PATIENCE)) {
                    throw new IllegalStateException("a show did not end");
                }
            }
            progress("waiting for what is under way");
            var journeys =
                    Journeys.of(
                            crew,
                            ledger,
                            recorder,
                            PATIENCE,
                            sent -> sent.dueNanos() - measured >= 0);
            return report(journeys, recorder.totals(), before, after);
        } finally {
            crew.forEach(Streamer::close);
        }
    }

    private Performance play(Streamer streamer, int seed) {
        return streamer.room()
                .play(
                        Show.seeded(seed)
                                .pace((double) rate / streamers, messagesPerFrame())
                                .lasting(Duration.ofSeconds(warmUp + seconds))
                                .matching(match / 100, 0.2, Streamer.SPIN));
    }

    /** A busy room's server sends what happened every 50 ms in one frame. */
    private int messagesPerFrame() {
        return Math.max(1, rate / streamers / FRAMES_PER_SECOND);
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
        Thread.sleep(Duration.ofNanos(Math.max(0, nanos - System.nanoTime())));
    }

    private void progress(String doing) {
        spec.commandLine().getErr().println("bench: " + doing);
        spec.commandLine().getErr().flush();
    }

    private int report(
            Journeys journeys, PinRecorder.Totals totals, ProcessTree before, ProcessTree after) {
        var out = spec.commandLine().getOut();
        journeys.latencies().print(out);
        var cores = (after.cpuSeconds() - before.cpuSeconds()) / seconds;
        out.printf(
                "%nevents %d of %d sent, commands %d done of %d, lost %d, unasked %d%n",
                journeys.events(),
                journeys.sent(),
                journeys.done(),
                journeys.commands(),
                journeys.lost(),
                journeys.unasked());
        out.printf(
                "pins: %d on, duplicates %d, stale %d, unarmed %d%n",
                totals.switchedOn(), totals.duplicates(), totals.stale(), totals.unarmed());
        out.printf(
                "throughput %d events/s, cpu %.2f cores, memory %d MiB (everything: load, boards,"
                        + " hub, PostgreSQL, Redis)%n",
                journeys.sent() / (warmUp + seconds), cores, after.residentMiB());
        journeys.unfinished()
                .forEach((state, count) -> out.printf("not done: %d %s%n", count, state));
        out.println(Json.write(summary(journeys, totals, cores, after.residentMiB())));
        out.flush();
        var sound =
                journeys.lost() == 0
                        && totals.violations() == 0
                        && journeys.unfinishedWhileCounted() == 0;
        return sound ? 0 : 1;
    }

    private Map<String, Object> summary(
            Journeys journeys, PinRecorder.Totals totals, double cores, long memoryMiB) {
        var summary = new LinkedHashMap<String, Object>();
        summary.put("rate", rate);
        summary.put("match_pct", match);
        summary.put("seconds", seconds);
        summary.putAll(journeys.summary(totals));
        summary.putAll(journeys.latencies().summary("frame to board"));
        summary.put("cpu_cores", Math.round(cores * 100) / 100.0);
        summary.put("memory_mib", memoryMiB);
        return summary;
    }
}
