package io.streamwire.gateway;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusSettings;
import io.streamwire.bus.Script;
import io.streamwire.contract.Stream;
import io.streamwire.embedded.Embedded;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The Redis of this module's tests; each test has workspaces of its own. */
final class Redis {

    private static final Embedded EMBEDDED = Embedded.startTemporary();
    private static final Bus BUS = Bus.connect(settings(EMBEDDED.redisUrl()));

    private static final Script ADD =
            new Script(
                    "add",
                    """
                    for i = 4, #ARGV, 2 do
                      redis.call('XADD', KEYS[1], '*', 'type', ARGV[3], 'id', ARGV[i],
                        'workspace_id', ARGV[1], 'livestream_id', ARGV[2], 'body', ARGV[i + 1])
                    end
                    """);

    private Redis() {}

    static Bus bus() {
        return BUS;
    }

    /** A bus of its own to the same Redis. */
    static Bus anotherBus() {
        return Bus.connect(settings(EMBEDDED.redisUrl()));
    }

    /** A bus of its own over a cable to the same Redis. */
    static Bus bus(Cable cable) {
        return Bus.connect(
                settings(
                        URI.create(
                                EMBEDDED.redisUrl()
                                        .toString()
                                        .replace(":" + port(), ":" + cable.port()))));
    }

    static int port() {
        return EMBEDDED.redisUrl().getPort();
    }

    private static BusSettings settings(URI url) {
        return new BusSettings(
                url,
                8,
                Duration.ofSeconds(10),
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                200_000,
                20_000,
                32 << 20);
    }

    /** Writes entries whose bodies are {@code {"n":from}} and so on up to {@code to - 1}. */
    static void add(
            Stream stream,
            UUID workspace,
            @Nullable UUID livestream,
            String type,
            int from,
            int to) {
        var arguments = new ArrayList<String>();
        arguments.add(workspace.toString());
        arguments.add(livestream == null ? "" : livestream.toString());
        arguments.add(type);
        for (int n = from; n < to; n++) {
            arguments.add(Integer.toString(n));
            arguments.add("{\"n\":" + n + "}");
        }
        var key = stream.key(BUS.partition(workspace));
        var _ = BUS.call(ADD, List.of(key), arguments).join();
    }

    static void comments(UUID workspace, int from, int to) {
        add(Stream.EVENTS, workspace, null, "tiktok.comment", from, to);
    }

    /** Runs one command on a stream of a workspace. */
    static void command(Stream stream, UUID workspace, String command, String... arguments) {
        var script =
                new Script(
                        "command-" + command,
                        "return redis.call('" + command + "', KEYS[1], unpack(ARGV))");
        var key = stream.key(BUS.partition(workspace));
        var _ = BUS.call(script, List.of(key), List.of(arguments)).join();
    }
}
