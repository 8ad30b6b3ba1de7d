package io.streamwire.standalone;

import io.helidon.config.Config;
import io.streamwire.contract.Json;
import io.streamwire.liveroom.LiveRoom;
import io.streamwire.liveroom.Show;
import io.streamwire.service.Configuration;
import io.streamwire.service.ShutdownSignal;
import io.streamwire.telemetry.Logging;
import io.streamwire.virtualboard.PinRecorder;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the main job with nothing set up. */
@Command(
        name = "demo",
        description = {
            "Runs the whole way of an event with nothing set up: a simulated TikTok LIVE room,"
                    + " spoken",
            "to through the real webcast protocol, virtual boards over real MQTT, rules that fire."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class DemoCommand implements Callable<Integer> {

    private static final double EVENTS_PER_SECOND = 40;
    private static final Duration LENGTH = Duration.ofSeconds(10);
    private static final Duration PULSE = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int LEAST_EVENTS = 100;
    private static final long SEED = 2_026;

    @Mixin private final HubOptions options = new HubOptions();

    @Option(names = "--once", description = "end by itself with one line of JSON")
    private boolean once;

    @Spec private CommandSpec spec = CommandSpec.create(); // replaced by picocli

    @Override
    public Integer call() throws InterruptedException, SQLException {
        Logging.onlyWarnings();
        var err = spec.commandLine().getErr();
        err.println("Streamwire is starting; that takes up to a minute.");
        err.flush();
        try (var shutdown = new ShutdownSignal();
                var liveRoom = LiveRoom.start(0);
                var hub = Standalone.start(configuration(liveRoom))) {
            var recorder = new PinRecorder();
            // A name of its own each time: what an earlier run left connected stays away.
            var username = "demo" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
            try (var streamer =
                    Streamer.enter(hub.url(), hub.mqttUrl(), liveRoom, username, PULSE, recorder)) {
                return once
                        ? playOnce(hub, streamer, recorder)
                        : play(hub, streamer, recorder, shutdown);
            }
        }
    }

    private Config configuration(LiveRoom liveRoom) {
        var overrides = new HashMap<>(liveRoom.settings());
        if (once) {
            overrides.putAll(HubOptions.anyFreePorts());
        }
        var settings = options.configuration(overrides);
        var directory = Configuration.path(settings, "data-dir").resolve(once ? "once" : "demo");
        return Configuration.with(settings, Map.of("data-dir", directory.toString()));
    }

    /** Shows everything until the process is asked to end. */
    private int play(
            Standalone hub, Streamer streamer, PinRecorder recorder, ShutdownSignal shutdown)
            throws InterruptedException {
        var out = spec.commandLine().getOut();
        out.printf("Streamwire is at %s (data in %s)%n", hub.url(), hub.dataDirectory());
        out.printf(
                "Each line is one event: what happened, the rule, the command, and the ms from the"
                        + " frame to each hop.%n@%s is live: comments with \"%s\" spin the motor, a %s"
                        + " lights the lamp. Ctrl-C ends the show.%n",
                streamer.room().username(), Streamer.SPIN, "Galaxy");
        out.printf(
                "To try the API beside it sign in as %s, password %s.%n",
                streamer.email(), streamer.password());
        out.printf(
                "POST %s/api/v1/livestreams/recordings/sample-show/replay plays a recorded show"
                        + " to the same rules and boards.%n%n",
                hub.url());
        out.flush();
        try (var _ = WayPrinter.start(hub.bus(), streamer, out);
                var _ = streamer.room().play(show())) {
            shutdown.await();
        }
        var totals = recorder.totals();
        out.printf(
                "%n%d messages, %d commands, %d duplicates.%n",
                streamer.room().sent().size(), totals.commands(), totals.duplicates());
        out.flush();
        return 0;
    }

    private int playOnce(Standalone hub, Streamer streamer, PinRecorder recorder)
            throws InterruptedException, SQLException {
        var begin = System.nanoTime();
        try (var _ = WayPrinter.start(hub.bus(), streamer, spec.commandLine().getErr());
                var performance = streamer.room().play(show().lasting(LENGTH))) {
            if (!performance.await(LENGTH.plus(PATIENCE))) {
                throw new IllegalStateException("the show did not end");
            }
            try (var ledger = Ledger.of(hub.embedded())) {
                var journeys =
                        Journeys.of(List.of(streamer), ledger, recorder, PATIENCE, _ -> true);
                var seconds = (System.nanoTime() - begin) / 1e9;
                var summary = summary(journeys, recorder.totals(), seconds);
                spec.commandLine().getOut().println(Json.write(summary));
                spec.commandLine().getOut().flush();
                return succeeded(journeys, recorder.totals()) ? 0 : 1;
            }
        }
    }

    private static Show show() {
        return Show.seeded(SEED).pace(EVENTS_PER_SECOND, 2).matching(0.1, 0.2, Streamer.SPIN);
    }

    private static boolean succeeded(Journeys journeys, PinRecorder.Totals totals) {
        return journeys.events() >= LEAST_EVENTS
                && journeys.commands() > 0
                && journeys.done() == journeys.commands()
                && journeys.lost() == 0
                && totals.violations() == 0;
    }

    private static Map<String, Object> summary(
            Journeys journeys, PinRecorder.Totals totals, double seconds) {
        var summary = journeys.summary(totals);
        summary.putAll(journeys.latencies().summary("frame to board"));
        summary.put("seconds", Math.round(seconds * 10) / 10.0);
        return summary;
    }
}
