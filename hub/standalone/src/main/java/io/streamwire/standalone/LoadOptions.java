package io.streamwire.standalone;

import io.streamwire.virtualboard.PinRecorder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** How many commands for how many boards. */
final class LoadOptions {

    @Option(names = "--rate", paramLabel = "N", description = "commands per second (2000)")
    private int rate = 2_000;

    @Option(names = "--boards", paramLabel = "N", description = "boards that share them (200)")
    private int boards = 200;

    @Option(
            names = "--workspaces",
            paramLabel = "N",
            description = "workspaces that share the boards (10)")
    private int workspaces = 10;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            description = {
                "seconds of the same load before that (60): until the JVM has compiled what it",
                "needs, commands may come too late and expire, which is counted and no failure"
            })
    private int warmUp = 60;

    void check(Bench bench) {
        bench.require("--rate", rate, 1);
        bench.require("--workspaces", workspaces, 1);
        bench.require("--boards", boards, workspaces);
        bench.require("--warm-up", warmUp, 0);
    }

    /** Boards that are connected, known to the hub and armed. */
    Fleet fleet(Bench bench, Standalone hub, PinRecorder recorder) throws InterruptedException {
        bench.progress("setting up " + boards + " boards");
        var sites = Fleet.register(hub.url(), boards, workspaces);
        var fleet = Fleet.connect(hub.mqttUrl(), sites, recorder);
        try {
            fleet.arm();
            return fleet;
        } catch (InterruptedException | RuntimeException e) {
            fleet.close();
            throw e;
        }
    }

    ActionLoad start(Standalone hub, Fleet fleet, PinRecorder recorder) {
        return ActionLoad.start(hub.bus(), fleet.accesses(), rate, recorder);
    }

    void warmUp(Bench bench) throws InterruptedException {
        bench.progress("warming up for " + warmUp + " s");
        Thread.sleep(Duration.ofSeconds(warmUp));
    }

    /** By the names of the JSON summaries. */
    Map<String, Object> summary() {
        var summary = new LinkedHashMap<String, Object>();
        summary.put("rate", rate);
        summary.put("boards", boards);
        return summary;
    }
}
