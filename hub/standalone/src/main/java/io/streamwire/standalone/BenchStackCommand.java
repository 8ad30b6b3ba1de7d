package io.streamwire.standalone;

import io.streamwire.contract.Json;
import io.streamwire.liveroom.LiveRoom;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks a hub that somebody else runs, and may break meanwhile. */
@Command(
        name = "stack",
        description = {
            "Registers streamers with a hub that runs elsewhere, lets their rooms and boards play"
                    + " on this",
            "machine, and checks every message and every pin. The hub's ingest has to be"
                    + " configured to reach",
            "the rooms: INGEST_TIKTOK_WEB_URL, _WEBCAST_URL and _SIGN_URL =" + " http://HOST:PORT,",
            "INGEST_TIKTOK_SOCKET_URL = ws://HOST:PORT. Kill what you like while it plays."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class BenchStackCommand implements Callable<Integer> {

    private static final String LOOPBACK = "127.0.0.1";

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @Option(names = "--url", paramLabel = "URL", description = "the gateway (${DEFAULT-VALUE})")
    private URI url = URI.create("http://127.0.0.1:8000");

    @Option(names = "--mqtt-url", paramLabel = "URL", description = "the broker (${DEFAULT-VALUE})")
    private URI mqttUrl = URI.create("tcp://127.0.0.1:1883");

    @Option(
            names = "--room-host",
            paramLabel = "HOST",
            description = "as which ingest reaches this machine (${DEFAULT-VALUE})")
    private String roomHost = LOOPBACK;

    @Option(names = "--room-port", paramLabel = "PORT", description = "of the rooms (9000)")
    private int roomPort = 9_000;

    @Option(names = "--streamers", paramLabel = "N", description = "workspaces (4)")
    private int streamers = 4;

    @Option(names = "--rate", paramLabel = "N", description = "events per second in all (40)")
    private int rate = 40;

    @Option(names = "--seconds", paramLabel = "N", description = "how long the rooms play (60)")
    private int seconds = 60;

    @Spec private CommandSpec spec = CommandSpec.create(); // replaced by picocli

    @Override
    public Integer call() throws Exception {
        var bench = new Bench(spec, new HubOptions());
        bench.require("--streamers", streamers, 1);
        bench.require("--rate", rate, streamers);
        bench.require("--seconds", seconds, 1);
        return bench.run(() -> {
            try (var liveRoom = liveRoom()) {
                return measure(bench, liveRoom);
            }
        });
    }

    private LiveRoom liveRoom() {
        return roomHost.equals(LOOPBACK)
                ? LiveRoom.start(roomPort)
                : LiveRoom.startFor(roomHost, roomPort);
    }

    private boolean measure(Bench bench, LiveRoom liveRoom) throws InterruptedException {
        bench.progress("setting up " + streamers + " streamers at " + url);
        try (var load = StackLoad.enter(url, mqttUrl, liveRoom, streamers)) {
            bench.progress("playing for " + seconds + " s");
            load.play(rate, Duration.ofSeconds(seconds));
            load.awaitEnd(Duration.ofSeconds(seconds).plus(PATIENCE));
            bench.progress("waiting for what is under way");
            var verdict = load.verdict(PATIENCE);
            verdict.offences().forEach(bench.out()::println);
            bench.out().println(Json.write(verdict.summary()));
            bench.out().flush();
            return verdict.sound();
        }
    }
}
