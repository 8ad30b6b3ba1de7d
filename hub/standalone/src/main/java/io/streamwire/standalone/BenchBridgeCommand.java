package io.streamwire.standalone;

import io.streamwire.contract.Json;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures what the bridge to boards on cables adds, and what it costs. */
@Command(
        name = "bridge",
        description = {
            "Sends commands over MQTT through the bridge, a process of its own, to compiled AVR"
                    + " firmware",
            "in a simulator and measures how long until its pin moves; then keeps eight boards busy"
                    + " and",
            "measures the CPU and memory of the bridge."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class BenchBridgeCommand implements Callable<Integer> {

    private static final int LAMP = 13;
    private static final Map<String, Long> BLINK = Map.of("period", 2_000L, "ms", 100L);
    private static final String TO_PIN = "command to pin";
    private static final int WARM_UP = 60;
    private static final long SLOWEST_MS = 2_000;
    private static final double MOST_P50_MS = 8;
    private static final double MOST_P99_MS = 20;
    private static final double MOST_BUSY_PERCENT = 25;
    private static final double MOST_IDLE_PERCENT = 1;
    private static final long MOST_MIB = 128;

    /** What each board does over and over: 20 commands per second together. */
    private static final List<Repeated> LOAD =
            List.of(
                    new Repeated("servo_move", Map.of("angle", 90L, "ms", 200L), 250),
                    new Repeated("light_blink", BLINK, 125),
                    new Repeated("relay_pulse", Map.of("ms", 50L), 375),
                    new Repeated("motor_spin", Map.of("level", 60L, "ms", 50L), 375),
                    new Repeated("motor_back", Map.of("level", 60L, "ms", 50L), 375));

    private record Repeated(String command, Map<String, Long> args, long everyMs) {}

    @Mixin private final HubOptions options = new HubOptions();

    @Option(names = "--commands", paramLabel = "N", description = "of the latency (300)")
    private int commands = 300;

    @Option(names = "--boards", paramLabel = "N", description = "that are busy (8)")
    private int boards = 8;

    @Option(names = "--seconds", paramLabel = "N", description = "how long they are (30)")
    private int seconds = 30;

    @Spec private CommandSpec spec = CommandSpec.create(); // replaced by picocli

    private final Latencies latencies = new Latencies(List.of(TO_PIN));
    private final Map<String, Object> summary = new LinkedHashMap<>();

    @Override
    public Integer call() throws Exception {
        var bench = new Bench(spec, options);
        bench.require("--commands", commands, 1);
        bench.require("--boards", boards, 1);
        bench.require("--seconds", seconds, 1);
        return bench.run(() -> {
            var repository = repository();
            bench.progress("building the boards");
            CabledBoard.build(repository);
            var directory = Files.createTempDirectory("streamwire-bench");
            try {
                var quick = latency(bench, repository, directory);
                var cheap = cost(bench, repository, directory);
                latencies.print(bench.out());
                bench.out().println(Json.write(summary));
                bench.out().flush();
                return quick && cheap;
            } finally {
                delete(directory);
            }
        });
    }

    /** Where the sources are: the boards are built from them. */
    private static Path repository() throws URISyntaxException {
        var program =
                Path.of(
                        BenchBridgeCommand.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI());
        for (var path = program; path != null; path = path.getParent()) {
            if (Files.exists(path.resolve("arduino-sketches/Makefile"))) {
                return path;
            }
        }
        throw new IllegalStateException("needs the sources: no arduino-sketches above " + program);
    }

    private boolean latency(Bench bench, Path repository, Path directory) throws Exception {
        try (var board = CabledBoard.uno(repository, directory, "uno");
                var hub = CableHub.start(repository, directory, List.of(board))) {
            var moved = new SynchronousQueue<Long>();
            board.onEdge(edge -> {
                if (edge.pin() == LAMP && edge.on()) {
                    var _ = moved.offer(edge.atNanos());
                }
            });
            bench.progress("measuring " + commands + " commands to a simulated ATmega328P");
            var lost = 0;
            for (int n = -WARM_UP; n < commands; n++) {
                var begin = System.nanoTime();
                var id = hub.command(hub.devices().getFirst(), "light_blink", BLINK);
                var at = moved.poll(SLOWEST_MS, TimeUnit.MILLISECONDS);
                if (at == null) {
                    lost++;
                } else if (n >= 0) {
                    latencies.record(TO_PIN, (at - begin) / 1_000);
                }
                Wait.until(Duration.ofSeconds(10), "its end", () -> hub.hasEnded(id));
            }
            var idle = load(hub, () -> Thread.sleep(Duration.ofSeconds(10)));
            summary.put("commands", commands);
            summary.put("lost", lost);
            summary.putAll(latencies.summary(TO_PIN));
            summary.put("idle_cpu_percent", Bench.rounded(idle));
            var histogram = latencies.of(TO_PIN);
            return lost == 0
                    && idle < MOST_IDLE_PERCENT
                    && histogram.getValueAtPercentile(50) <= MOST_P50_MS * 1_000
                    && histogram.getValueAtPercentile(99) <= MOST_P99_MS * 1_000;
        }
    }

    private boolean cost(Bench bench, Path repository, Path directory) throws Exception {
        var running = new ArrayList<CabledBoard>();
        try {
            for (int n = 0; n < boards; n++) {
                running.add(CabledBoard.host(repository, directory, "board" + n));
            }
            try (var hub = CableHub.start(repository, directory, running)) {
                bench.progress("keeping " + boards + " boards busy for " + seconds + " s");
                busy(hub, Duration.ofSeconds(5)); // until the JVM has compiled what it needs
                var before = hub.ended();
                var sent = new long[1];
                var cpu = load(hub, () -> sent[0] = busy(hub, Duration.ofSeconds(seconds)));
                Wait.happens(Duration.ofSeconds(5), () -> hub.ended() - before >= sent[0]);
                var mib = residentMib(hub.bridgePid());
                summary.put("boards", boards);
                summary.put("busy_commands_per_s", Bench.rounded((double) sent[0] / seconds));
                summary.put("busy_ended", hub.ended());
                summary.put("busy_done", hub.done());
                summary.put("busy_cpu_percent", Bench.rounded(cpu));
                summary.put("rss_mib", mib);
                return cpu <= MOST_BUSY_PERCENT
                        && mib <= MOST_MIB
                        && hub.done() >= hub.ended() * 99 / 100;
            }
        } finally {
            running.forEach(CabledBoard::close);
        }
    }

    /** Something that takes a while. */
    private interface While {
        void run() throws Exception;
    }

    /** How much of one core the bridge takes meanwhile, percent. */
    private static double load(CableHub hub, While happening) throws Exception {
        var begin = System.nanoTime();
        var before = ProcessTree.cpuSeconds(hub.bridgePid());
        happening.run();
        var after = ProcessTree.cpuSeconds(hub.bridgePid());
        return 100 * (after - before) * 1e9 / (System.nanoTime() - begin);
    }

    /** Sends to every board at its pace; how many commands. */
    private static long busy(CableHub hub, Duration length) {
        var end = System.nanoTime() + length.toNanos();
        var next = new LinkedHashMap<Repeated, Long>();
        LOAD.forEach(repeated -> next.put(repeated, System.nanoTime()));
        var sent = 0L;
        while (System.nanoTime() < end) {
            for (var repeated : LOAD) {
                var due = next.getOrDefault(repeated, 0L);
                if (System.nanoTime() < due) {
                    continue;
                }
                for (UUID device : hub.devices()) {
                    var _ = hub.command(device, repeated.command(), repeated.args());
                    sent++;
                }
                next.put(repeated, due + TimeUnit.MILLISECONDS.toNanos(repeated.everyMs()));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        return sent;
    }

    private static long residentMib(long pid) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .sum()
                    / 1_024;
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
