package io.streamwire.standalone;

import io.helidon.config.Config;
import io.streamwire.auth.Auth;
import io.streamwire.bus.Bus;
import io.streamwire.contract.Json;
import io.streamwire.embedded.Embedded;
import io.streamwire.gateway.Gateway;
import io.streamwire.service.Configuration;
import java.net.URI;
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

/** Measures the way from an event on the bus to those who follow their workspace live. */
@Command(
        name = "live",
        description = {
            "Writes events on the bus at a steady rate and measures how long each takes through"
                    + " Redis",
            "and the gateway to every client of /api/v1/live. Load and clients run in the same"
                    + " process,",
            "so their cost is part of the figures."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class BenchLiveCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String WAY = "bus to client";

    @Mixin private final HubOptions options = new HubOptions();

    @Option(names = "--clients", paramLabel = "N", description = "of one workspace (100)")
    private int clients = 100;

    @Option(names = "--rate", paramLabel = "N", description = "events per second (1000)")
    private int rate = 1_000;

    @Option(names = "--warm-up", paramLabel = "N", description = "seconds before that (20)")
    private int warmUp = 20;

    @Option(names = "--seconds", paramLabel = "N", description = "how long to measure (30)")
    private int seconds = 30;

    @Spec private CommandSpec spec = CommandSpec.create(); // replaced by picocli

    @Override
    public Integer call() throws Exception {
        var bench = new Bench(spec, options);
        bench.require("--clients", clients, 1);
        bench.require("--rate", rate, 1);
        bench.require("--warm-up", warmUp, 0);
        bench.require("--seconds", seconds, 1);
        return bench.run(() -> {
            try (var parts = new Parts()) {
                return measure(bench, parts);
            }
        });
    }

    private boolean measure(Bench bench, Parts parts) throws Exception {
        var most = Integer.toString(clients + 1);
        var settings =
                bench.settings(
                        Map.of(
                                "gateway.live.sockets", most,
                                "gateway.live.sockets-per-user", most,
                                "gateway.live.handshake-burst", most,
                                "bus.max-length", "10000000"));
        var embedded = parts.open("embedded", () -> Embedded.start(Standalone.embedded(settings)));
        var base = Configuration.with(settings, Standalone.generated(settings, embedded));
        var bus = parts.open("bus", () -> Bus.connect(Configuration.bus(base)));
        var gateway = gateway(parts, embedded, base, bus);
        var owner = new ApiClient(URI.create("http://127.0.0.1:" + gateway.port()));
        var workspace = owner.register("live_owner", "a long password");

        bench.progress("connecting " + clients + " clients");
        var crowd = LiveCrowd.connect(gateway.port(), owner.accessToken(), workspace, clients);
        parts.open("crowd", () -> crowd);
        var load = new EventWriter(bus, workspace);
        bench.progress("warming up for " + warmUp + " s");
        load.write(rate, Duration.ofSeconds(warmUp));
        crowd.await((long) rate * warmUp, PATIENCE);
        crowd.reset();
        bench.progress("measuring for " + seconds + " s");
        var before = ProcessTree.now();
        load.write(rate, Duration.ofSeconds(seconds));
        var after = ProcessTree.now();
        var complete = crowd.await((long) rate * seconds, PATIENCE);
        report(bench, crowd, (after.cpuSeconds() - before.cpuSeconds()) / seconds, complete);
        return complete;
    }

    private static Gateway gateway(Parts parts, Embedded embedded, Config base, Bus bus) {
        var auth =
                parts.open("auth", () -> Auth.start(Standalone.on(embedded, "auth_db", base), bus));
        var url = "http://127.0.0.1:" + auth.port();
        return parts.open(
                "gateway",
                () ->
                        Gateway.start(
                                Configuration.with(
                                        base,
                                        Map.of(
                                                "gateway.auth-url",
                                                url,
                                                "auth.jwks-url",
                                                url + "/.well-known/jwks.json")),
                                bus));
    }

    private void report(Bench bench, LiveCrowd crowd, double cores, boolean complete) {
        var latencies = new Latencies(List.of(WAY));
        latencies.of(WAY).add(crowd.micros());
        latencies.print(bench.out());
        bench.out().printf("every client got everything: %s%n", complete ? "yes" : "no");
        bench.out()
                .printf(
                        "cpu %.2f cores (everything: load, clients, gateway, Redis), %.1f events a"
                                + " frame%n",
                        cores, crowd.eventsPerFrame());
        var summary = new LinkedHashMap<String, Object>();
        summary.put("clients", clients);
        summary.put("rate", rate);
        summary.put("seconds", seconds);
        summary.put("complete", complete);
        summary.putAll(latencies.summary(WAY));
        summary.put("cpu_cores", Bench.rounded(cores));
        summary.put("events_per_frame", Bench.rounded(crowd.eventsPerFrame()));
        bench.out().println(Json.write(summary));
        bench.out().flush();
    }
}
