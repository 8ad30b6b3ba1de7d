package io.streamwire.standalone;

import io.helidon.config.Config;
import io.streamwire.auth.Auth;
import io.streamwire.broker.Broker;
import io.streamwire.broker.BrokerSettings;
import io.streamwire.bus.Bus;
import io.streamwire.devices.Devices;
import io.streamwire.embedded.Embedded;
import io.streamwire.embedded.EmbeddedPorts;
import io.streamwire.embedded.EmbeddedSettings;
import io.streamwire.gateway.Gateway;
import io.streamwire.ingest.Ingest;
import io.streamwire.rules.Rules;
import io.streamwire.service.Configuration;
import io.streamwire.service.HttpServer;
import io.streamwire.service.OpenApi;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The whole hub in one process: PostgreSQL and Redis as its children, the broker and every service,
 * started in the order of their dependencies and stopped in reverse.
 *
 * <p>Nothing in it is a stand-in: the services run on the same bus and databases as when each has a
 * process of its own.
 */
public final class Standalone implements AutoCloseable {

    /** Stable, so that a restart after kill -9 takes its own leases over at once. */
    private static final String INSTANCE = "standalone";

    private static final List<String> SERVICES =
            List.of("gateway", "auth", "ingest", "rules", "devices");

    /** Of any limit of the broker. */
    private static final int MOST = 1_000_000;

    private final Parts parts;
    private final Embedded embedded;
    private final Bus bus;
    private final Broker broker;
    private final Gateway gateway;
    private final List<Runnable> checks;

    private Standalone(
            Parts parts,
            Embedded embedded,
            Bus bus,
            Broker broker,
            Gateway gateway,
            List<Runnable> checks) {
        this.parts = parts;
        this.embedded = embedded;
        this.bus = bus;
        this.broker = broker;
        this.gateway = gateway;
        this.checks = checks;
    }

    /**
     * Starts everything. When the process is asked to end meanwhile, what has started is stopped.
     *
     * @throws io.streamwire.embedded.EmbeddedException when PostgreSQL or Redis cannot run here
     * @throws io.streamwire.service.ConfigurationException when a setting is wrong or a port taken
     * @throws Broker.StartException when a port of the broker is taken
     */
    public static Standalone start(Config config) {
        Parts parts = new Parts();
        Thread abandon = new Thread(parts::close, "abandon-start");
        Runtime.getRuntime().addShutdownHook(abandon);
        try {
            return start(config, parts);
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        } finally {
            forget(abandon);
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            throw new InterruptedStartException(); // the hook is already running
        }
    }

    private static Standalone start(Config settings, Parts parts) {
        SERVICES.forEach(service -> HttpServer.expectFreePort(settings, service));
        Embedded embedded = parts.open("embedded", () -> Embedded.start(embedded(settings)));
        Config base = Configuration.with(settings, generated(settings, embedded));
        Bus bus = parts.open("bus", () -> Bus.connect(Configuration.bus(base)));

        LateAuthenticator authenticator = new LateAuthenticator();
        Broker broker =
                parts.open(
                        "broker",
                        () -> Broker.start(broker(base, embedded.dataDirectory()), authenticator));
        Auth auth = parts.open("auth", () -> Auth.start(on(embedded, "auth_db", base), bus));
        Config config =
                Configuration.with(
                        base,
                        Map.of(
                                "mqtt.url",
                                mqttUrl(broker),
                                "mqtt.shared-subscription",
                                "false",
                                "auth.jwks-url",
                                local(auth.port()) + "/.well-known/jwks.json"));

        Devices devices =
                parts.open(
                        "devices",
                        () ->
                                Devices.start(
                                        on(embedded, "device_db", config),
                                        bus,
                                        List.of(new LocalBroker(broker))));
        authenticator.ask(devices);
        Ingest ingest =
                parts.open("ingest", () -> Ingest.start(on(embedded, "tiktok_db", config), bus));
        Config asking =
                Configuration.with(config, Map.of("rules.ingest-url", local(ingest.port())));
        Rules rules = parts.open("rules", () -> Rules.start(on(embedded, "rules_db", asking), bus));
        // Rules ask ingest about the past, but what ingest has taken in they still decide on.
        parts.stopNext("ingest");
        Config upstream =
                Configuration.with(
                        config,
                        Map.of(
                                "gateway.auth-url", local(auth.port()),
                                "gateway.ingest-url", local(ingest.port()),
                                "gateway.devices-url", local(devices.port()),
                                "gateway.rules-url", local(rules.port())));
        SimulatedBoards simulated =
                parts.open(
                        "simulators",
                        () -> SimulatedBoards.start(config, URI.create(mqttUrl(broker)), devices));
        Gateway gateway =
                parts.open(
                        "gateway",
                        () ->
                                Gateway.start(
                                        upstream,
                                        bus,
                                        List.of(simulated),
                                        List.of(OpenApi.of(SimulatedBoards.class))));

        return new Standalone(
                parts,
                embedded,
                bus,
                broker,
                gateway,
                List.of(
                        embedded::check,
                        bus::check,
                        broker::check,
                        auth::check,
                        devices::check,
                        rules::check,
                        ingest::check,
                        gateway::check));
    }

    static EmbeddedSettings embedded(Config config) {
        var settings = EmbeddedSettings.in(Configuration.path(config, "data-dir"));
        return Configuration.optional(config, "embedded.programs")
                .map(directory -> settings.withPrograms(Path.of(directory)))
                .orElse(settings)
                .withPorts(
                        new EmbeddedPorts(
                                Configuration.port(config, "embedded.postgres-port"),
                                Configuration.port(config, "embedded.redis-port")))
                .withRedisMaxMemory(Configuration.size(config, "embedded.redis-max-memory"));
    }

    /** What nobody has to set: the secrets are made once and kept in the data directory. */
    static Map<String, String> generated(Config config, Embedded embedded) {
        Map<String, String> settings = new HashMap<>();
        settings.put("bus.url", embedded.redisUrl().toString());
        putIfUnset(config, settings, "instance.id", INSTANCE);
        putIfUnset(config, settings, "service.secret", embedded.secret("service"));
        putIfUnset(config, settings, "mqtt.password", embedded.secret("mqtt-hub"));
        return settings;
    }

    private static void putIfUnset(
            Config config, Map<String, String> settings, String key, String value) {
        if (Configuration.optional(config, key).isEmpty()) {
            settings.put(key, value);
        }
    }

    private static BrokerSettings broker(Config config, Path dataDirectory) {
        return new BrokerSettings(
                Configuration.text(config, "broker.bind"),
                Configuration.port(config, "broker.port"),
                new BrokerSettings.Tls(
                        Configuration.port(config, "broker.tls-port"),
                        dataDirectory.resolve("tls"),
                        list(config, "broker.tls-names"),
                        Configuration.optional(config, "broker.tls-cert")
                                .map(Path::of)
                                .orElse(null),
                        Configuration.optional(config, "broker.tls-key")
                                .map(Path::of)
                                .orElse(null)),
                Configuration.port(config, "broker.ws-port"),
                Configuration.port(config, "broker.http-port"),
                dataDirectory.resolve("broker"),
                Configuration.text(config, "mqtt.password"),
                Configuration.text(config, "service.secret"),
                limits(config));
    }

    private static BrokerSettings.Limits limits(Config config) {
        return new BrokerSettings.Limits(
                limit(config, "connections"),
                limit(config, "packet-bytes"),
                limit(config, "keep-alive-seconds"),
                limit(config, "workspace-messages-per-second"),
                new BrokerSettings.Limits.PerClient(
                        limit(config, "messages-per-second"),
                        limit(config, "subscriptions"),
                        limit(config, "logins-per-second")),
                new BrokerSettings.Limits.PerAddress(
                        limit(config, "address-connections"),
                        limit(config, "address-connects-per-second"),
                        limit(config, "address-failed-logins-per-second"),
                        list(config, "broker.limits.trusted-addresses")));
    }

    private static int limit(Config config, String name) {
        return (int) Configuration.number(config, "broker.limits." + name, 1, MOST);
    }

    private static List<String> list(Config config, String key) {
        return Configuration.optional(config, key).stream()
                .flatMap(text -> Arrays.stream(text.split(" *, *", -1)))
                .toList();
    }

    static Config on(Embedded embedded, String database, Config config) {
        return Configuration.with(
                config,
                Map.of(
                        "database.url", embedded.jdbcUrl(database),
                        "database.user", embedded.databaseUser(),
                        "database.password", embedded.databasePassword()));
    }

    private static String mqttUrl(Broker broker) {
        return "tcp://127.0.0.1:" + broker.port();
    }

    private static String local(int port) {
        return "http://127.0.0.1:" + port;
    }

    /** Where the gateway answers. */
    public URI url() {
        return URI.create(local(gateway.port()));
    }

    /** Where boards connect. */
    public URI mqttUrl() {
        return URI.create(mqttUrl(broker));
    }

    /** Where PostgreSQL, Redis and the secrets are. */
    public Path dataDirectory() {
        return embedded.dataDirectory();
    }

    /**
     * Throws when a part cannot work.
     *
     * @throws RuntimeException of the first such part
     */
    public void check() {
        checks.forEach(Runnable::run);
    }

    Embedded embedded() {
        return embedded;
    }

    Bus bus() {
        return bus;
    }

    /** Stops in reverse what {@link #start} started. */
    @Override
    public void close() {
        parts.close();
    }
}
