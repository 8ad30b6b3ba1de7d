package io.streamwire.standalone;

import io.streamwire.contract.Hops;
import io.streamwire.contract.Json;
import io.streamwire.virtualboard.PinRecorder;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Takes PostgreSQL away under load and counts what is written down afterwards. */
@Command(
        name = "outage",
        description = {
            "Writes actions on the bus at a steady rate, freezes PostgreSQL (SIGSTOP to it and all"
                    + " of",
            "its processes) for a while, and checks that commands go on meanwhile and that every"
                    + " one",
            "is in command_queue afterwards."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class BenchOutageCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration BEFORE_AND_AFTER = Duration.ofSeconds(5);

    @Mixin private final HubOptions options = new HubOptions();
    @Mixin private final LoadOptions load = new LoadOptions();

    @Option(
            names = "--postgres",
            paramLabel = "DURATION",
            description = "how long PostgreSQL is away, like 60s or 2m (60s)")
    private String postgres = "60s";

    @Spec private CommandSpec spec = CommandSpec.create(); // replaced by picocli

    @Override
    public Integer call() throws Exception {
        var bench = new Bench(spec, options);
        load.check(bench);
        var away = away(bench);
        return bench.run(() -> {
            try (var hub = Standalone.start(bench.settings(Map.of()))) {
                return measure(bench, hub, away);
            }
        });
    }

    private Duration away(Bench bench) {
        try {
            var away = Duration.parse("PT" + postgres.toUpperCase(Locale.ROOT));
            if (away.isPositive()) {
                return away;
            }
        } catch (DateTimeParseException e) {
            // Said below.
        }
        throw bench.wrong("--postgres must be a duration like 60s: " + postgres);
    }

    private boolean measure(Bench bench, Standalone hub, Duration away) throws Exception {
        var recorder = new PinRecorder();
        try (var fleet = load.fleet(bench, hub, recorder);
                var ledger = Ledger.of(hub.embedded());
                var actions = load.start(hub, fleet, recorder)) {
            load.warmUp(bench);
            Thread.sleep(BEFORE_AND_AFTER);
            bench.progress("PostgreSQL is away for " + away.toSeconds() + " s");
            var before = recorder.totals().violations();
            var frozen = postmaster(hub);
            var from = Hops.now();
            signal("STOP", frozen);
            try {
                Thread.sleep(away);
            } finally {
                signal("CONT", frozen);
            }
            var to = Hops.now();
            bench.progress("PostgreSQL is back");
            Thread.sleep(BEFORE_AND_AFTER);
            actions.end();
            bench.progress("waiting until everything is written down");
            var begin = System.nanoTime();
            var shots = actions.shots();
            var results =
                    ActionResults.of(
                            shots, ledger, PATIENCE, shot -> shot.due() >= from && shot.due() < to);
            var caughtUp = Duration.ofNanos(System.nanoTime() - begin);
            var unreached =
                    shots.stream()
                            .filter(shot -> shot.due() >= from && shot.due() < to)
                            .filter(shot -> shot.received() == 0)
                            .count();
            var totals = recorder.totals();
            results.latencies().print(bench.out());
            results.print(bench.out(), totals);
            bench.out()
                    .printf(
                            "while PostgreSQL was away: %d actions did not reach their board%n",
                            unreached);
            recorder.violations().forEach(violation -> bench.out().println("pins: " + violation));
            var violations = totals.violations() - before;
            var sound = results.complete() && violations == 0 && unreached == 0;
            var summary = new LinkedHashMap<String, Object>();
            summary.putAll(load.summary());
            summary.put("postgres_away_s", away.toSeconds());
            summary.putAll(results.summary(totals));
            summary.put("unreached", unreached);
            summary.put("violations_since_away", violations);
            summary.putAll(results.latencies().summary(ActionResults.ACTION_TO_BOARD));
            summary.put("caught_up_s", Bench.rounded(caughtUp.toMillis() / 1_000.0));
            summary.put("sound", sound);
            bench.out().println(Json.write(summary));
            bench.out().flush();
            return sound;
        }
    }

    private static ProcessHandle postmaster(Standalone hub) throws IOException {
        var file = hub.embedded().dataDirectory().resolve("postgres/postmaster.pid");
        var pid = Long.parseLong(Files.readAllLines(file).getFirst().strip());
        return ProcessHandle.of(pid)
                .orElseThrow(() -> new IOException("PostgreSQL does not run: " + pid));
    }

    /** The postmaster first, so that it starts no others meanwhile. */
    private static void signal(String signal, ProcessHandle postmaster)
            throws IOException, InterruptedException {
        kill(signal, postmaster);
        for (var child : postmaster.descendants().toList()) {
            if (child.isAlive()) {
                kill(signal, child);
            }
        }
    }

    private static void kill(String signal, ProcessHandle process)
            throws IOException, InterruptedException {
        var code =
                new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                        .inheritIO()
                        .start()
                        .waitFor();
        if (code != 0 && process.isAlive()) {
            throw new IOException("kill -" + signal + " " + process.pid() + " failed: " + code);
        }
    }
}
