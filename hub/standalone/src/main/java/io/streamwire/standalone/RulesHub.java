package io.streamwire.standalone;

import io.helidon.config.Config;
import io.streamwire.auth.Auth;
import io.streamwire.bus.Bus;
import io.streamwire.embedded.Embedded;
import io.streamwire.embedded.ServiceProcess;
import io.streamwire.service.Configuration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Rules as a process of their own, so that what they cost is the cost of that process, with
 * PostgreSQL, Redis and accounts beside it.
 */
final class RulesHub implements AutoCloseable {

    private static final Duration READY = Duration.ofSeconds(60);

    private final Parts parts;
    private final Embedded embedded;
    private final Bus bus;
    private final Auth auth;
    private final ServiceProcess rules;
    private final URI rulesUrl;

    private RulesHub(
            Parts parts, Embedded embedded, Bus bus, Auth auth, ServiceProcess rules, int port) {
        this.parts = parts;
        this.embedded = embedded;
        this.bus = bus;
        this.auth = auth;
        this.rules = rules;
        this.rulesUrl = local(port);
    }

    /** A workspace and its owner, who is signed in at the rules service. */
    record Workspace(UUID id, ApiClient owner) {}

    /**
     * Starts everything and waits until the rules answer.
     *
     * @param options of the rules' JVM
     */
    static RulesHub start(Config settings, List<String> options) {
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
            int port = freePort();
            var rules =
                    parts.open(
                            "rules",
                            () ->
                                    ServiceProcess.start(
                                            "io.streamwire.rules.Main",
                                            options,
                                            environment(base, embedded, auth, port),
                                            embedded.dataDirectory().resolve("rules.log")));
            var hub = new RulesHub(parts, embedded, bus, auth, rules, port);
            Wait.until(READY, "the rules answer", hub::answers);
            return hub;
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    private static Map<String, String> environment(
            Config base, Embedded embedded, Auth auth, int port) {
        var settings =
                Map.of(
                        "rules.port", Integer.toString(port),
                        "instance.id", "bench",
                        "auth.jwks-url", local(auth.port()) + "/.well-known/jwks.json",
                        "bus.url", Configuration.text(base, "bus.url"),
                        "service.secret", Configuration.text(base, "service.secret"),
                        "database.url", embedded.jdbcUrl("rules_db"),
                        "database.user", embedded.databaseUser(),
                        "database.password", embedded.databasePassword());
        var environment = new HashMap<String, String>();
        settings.forEach(
                (key, value) -> environment.put(Configuration.environmentName(key), value));
        return environment;
    }

    private static URI local(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean answers() {
        if (!rules.alive()) {
            throw new IllegalStateException(
                    "the rules have ended by themselves; see rules.log in "
                            + embedded.dataDirectory());
        }
        try {
            return new ApiClient(rulesUrl)
                    .get("/health/ready")
                    .path("status")
                    .asText()
                    .equals("up");
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /**
     * New workspaces, as many in each partition as in any other, or one more.
     *
     * @param names what the names of their owners begin with
     */
    List<Workspace> workspaces(int count, String names) {
        var most = Math.ceilDiv(count, bus.partitions());
        var inPartition = new int[bus.partitions()];
        var workspaces = new ArrayList<Workspace>();
        for (int n = 0; workspaces.size() < count; n++) {
            var account = new ApiClient(local(auth.port()));
            var id = account.register(names + n, "a long password");
            if (inPartition[bus.partition(id)] < most) {
                inPartition[bus.partition(id)]++;
                var owner = new ApiClient(rulesUrl);
                owner.signIn(account.accessToken());
                workspaces.add(new Workspace(id, owner));
            }
        }
        return workspaces;
    }

    Bus bus() {
        return bus;
    }

    /** All of the rules: reading, deciding, writing down, counting, garbage collection. */
    double cpuSeconds() {
        return ProcessTree.cpuSeconds(rules.pid());
    }

    @Override
    public void close() {
        parts.close();
    }
}
