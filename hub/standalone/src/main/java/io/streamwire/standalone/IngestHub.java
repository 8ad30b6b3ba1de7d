package io.streamwire.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import io.helidon.config.Config;
import io.streamwire.auth.Auth;
import io.streamwire.bus.Bus;
import io.streamwire.bus.Consumer;
import io.streamwire.bus.Membership;
import io.streamwire.bus.PartitionListener;
import io.streamwire.contract.Stream;
import io.streamwire.embedded.Embedded;
import io.streamwire.embedded.ServiceProcess;
import io.streamwire.gateway.Gateway;
import io.streamwire.liveroom.LiveRoom;
import io.streamwire.service.Configuration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Ingest as a process of its own, so that what it costs is the cost of that process, with
 * PostgreSQL, Redis, accounts and a gateway beside it.
 */
final class IngestHub implements AutoCloseable {

    private static final Duration READY = Duration.ofSeconds(60);
    private static final Pattern USED = Pattern.compile("used (\\d+)K");

    private final Parts parts;
    private final Embedded embedded;
    private final ServiceProcess ingest;
    private final int port;
    private final Gateway gateway;

    private IngestHub(
            Parts parts, Embedded embedded, ServiceProcess ingest, int port, Gateway gateway) {
        this.parts = parts;
        this.embedded = embedded;
        this.ingest = ingest;
        this.port = port;
        this.gateway = gateway;
    }

    /**
     * Starts everything.
     *
     * @param options of ingest's JVM
     */
    static IngestHub start(Config settings, LiveRoom liveRoom, List<String> options) {
        var parts = new Parts();
        try {
            var embedded =
                    parts.open("embedded", () -> Embedded.start(Standalone.embedded(settings)));
            var base = Configuration.with(settings, Standalone.generated(settings, embedded));
            var bus = parts.open("bus", () -> Bus.connect(Configuration.bus(base)));
            var auth =
                    parts.open(
                            "auth",
                            () -> Auth.start(Standalone.on(embedded, "auth_db", base), bus));
            parts.open("reader", () -> reader(bus));
            int port = freePort();
            var ingest =
                    parts.open(
                            "ingest",
                            () ->
                                    ServiceProcess.start(
                                            "io.streamwire.ingest.Main",
                                            options,
                                            environment(base, embedded, liveRoom, auth, port),
                                            embedded.dataDirectory().resolve("ingest.log")));
            var gateway =
                    parts.open(
                            "gateway",
                            () ->
                                    Gateway.start(
                                            Configuration.with(
                                                    base,
                                                    Map.of(
                                                            "gateway.auth-url", local(auth.port()),
                                                            "gateway.ingest-url", local(port),
                                                            "auth.jwks-url", keys(auth))),
                                            bus));
            return new IngestHub(parts, embedded, ingest, port, gateway);
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    /** Takes events off the bus as the rules do: who reads nothing holds ingest back. */
    private static Membership reader(Bus bus) {
        return bus.join(
                "rules",
                "bench",
                Stream.EVENTS.requiredGroups().stream()
                        .filter(group -> !group.equals("ingest-log"))
                        .map(group -> new Consumer(Stream.EVENTS, group, (_, _) -> {}))
                        .toList(),
                PartitionListener.NONE);
    }

    private static Map<String, String> environment(
            Config base, Embedded embedded, LiveRoom liveRoom, Auth auth, int port) {
        var settings = new HashMap<>(liveRoom.settings());
        settings.put("ingest.port", Integer.toString(port));
        settings.put("ingest.livestreams-per-workspace", "10000");
        settings.put("ingest.connects-per-minute", "100000");
        settings.put("http.event-streams", "100000");
        settings.put("http.event-streams-per-workspace", "100000");
        settings.put("http.max-connections", "100000");
        settings.put("instance.id", "bench");
        settings.put("auth.jwks-url", keys(auth));
        settings.put("bus.url", Configuration.text(base, "bus.url"));
        settings.put("service.secret", Configuration.text(base, "service.secret"));
        settings.put("database.url", embedded.jdbcUrl("tiktok_db"));
        settings.put("database.user", embedded.databaseUser());
        settings.put("database.password", embedded.databasePassword());
        var environment = new HashMap<String, String>();
        settings.forEach(
                (key, value) -> environment.put(Configuration.environmentName(key), value));
        return environment;
    }

    private static String keys(Auth auth) {
        return local(auth.port()) + "/.well-known/jwks.json";
    }

    private static String local(int port) {
        return "http://127.0.0.1:" + port;
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of the gateway, once it and ingest answer. */
    URI url() {
        var url = URI.create(local(gateway.port()));
        var ingestUrl = new ApiClient(URI.create(local(port)));
        Wait.until(
                READY,
                "ingest answers",
                () -> {
                    if (!ingest.alive()) {
                        throw new IllegalStateException(
                                "ingest has ended by itself; see ingest.log in "
                                        + embedded.dataDirectory());
                    }
                    return answers(ingestUrl);
                });
        return url;
    }

    private static boolean answers(ApiClient api) {
        try {
            JsonNode health = api.get("/health/ready");
            return health.path("status").asText().equals("up");
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** Ingest's own port. */
    int port() {
        return port;
    }

    /** All of ingest: sockets, decoding, publishing, writing to PostgreSQL, garbage collection. */
    double cpuSeconds() {
        return ProcessTree.cpuSeconds(ingest.pid());
    }

    /** What is left of ingest's heap after a collection. */
    long heapMiB() throws InterruptedException {
        jcmd("GC.run");
        var used = USED.matcher(jcmd("GC.heap_info"));
        return used.find() ? Long.parseLong(used.group(1)) / 1_024 : -1;
    }

    private String jcmd(String command) throws InterruptedException {
        try {
            var process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                            .toString(),
                                    Long.toString(ingest.pid()),
                                    command)
                            .redirectErrorStream(true)
                            .start();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Events in PostgreSQL of users whose names begin like this. */
    long stored(String names) throws SQLException {
        try (var connection =
                        DriverManager.getConnection(
                                embedded.jdbcUrl("tiktok_db"),
                                embedded.databaseUser(),
                                embedded.databasePassword());
                var query =
                        connection.prepareStatement(
                                "SELECT count(*) FROM event_logs WHERE livestream_id IN (SELECT id"
                                        + " FROM livestreams WHERE tiktok_username LIKE ?)")) {
            query.setString(1, names + "%");
            try (var rows = query.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    @Override
    public void close() {
        parts.close();
    }
}
