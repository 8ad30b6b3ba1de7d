package io.streamwire.devices;

import io.helidon.config.Config;
import io.streamwire.bus.Bus;
import io.streamwire.contract.mqtt.ClientRole;
import io.streamwire.service.Agent;
import io.streamwire.service.BusMetrics;
import io.streamwire.service.Closers;
import io.streamwire.service.Configuration;
import io.streamwire.service.Database;
import io.streamwire.service.HttpServer;
import io.streamwire.service.Metrics;
import io.streamwire.service.Route;
import io.streamwire.service.TokenVerifier;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The devices service: devices and their tokens, the command queue, the safety envelope, arming and
 * stopping. The only one that speaks to boards.
 */
public final class Devices implements AutoCloseable {

    static final String SERVICE = "devices";

    /** The channel that tells other instances to read devices and tokens again. */
    static final String CHANGED = "devices";

    private final Assembly all;
    private final HttpServer server;
    private final Closers parts;

    /**
     * Whose token a client of the broker has shown.
     *
     * @param deviceId of a board; of a Home Assistant its client id
     * @param children the boards that hang on it, when it is a bridge
     */
    public record AgentSession(
            UUID workspaceId, UUID deviceId, Set<UUID> children, ClientRole role) {

        public AgentSession(UUID workspaceId, UUID deviceId, Set<UUID> children) {
            this(workspaceId, deviceId, children, ClientRole.DEVICE);
        }

        public AgentSession(UUID workspaceId, UUID deviceId) {
            this(workspaceId, deviceId, Set.of());
        }
    }

    /** A broker that boards connect to, as far as this service commands it. */
    public interface Broker {

        /**
         * Ends a device's session, also one that is about to begin, and forgets what is remembered
         * of its tokens; false when it has none. May block; an exception means that it is to be
         * asked again.
         */
        boolean endSession(UUID deviceId);

        /**
         * Tells which boards hang on a bridge now; its session goes on where the broker can take
         * single subscriptions from it. May block; an exception means that it is to be told again.
         */
        void setChildren(UUID workspaceId, UUID bridge, Set<UUID> children);
    }

    private Devices(Assembly all, HttpServer server, Closers parts) {
        this.all = all;
        this.server = server;
        this.parts = parts;
    }

    /**
     * Starts the service; the broker may come later.
     *
     * @throws io.streamwire.service.ConfigurationException when a setting is wrong, PostgreSQL does
     *     not come or the port is taken
     */
    public static Devices start(Config config, Bus bus) {
        return start(config, bus, brokers(config));
    }

    /** Starts the service beside brokers of the same process. */
    public static Devices start(Config config, Bus bus, List<? extends Broker> brokers) {
        var parts = new Closers(SERVICE);
        try {
            return start(config, bus, brokers, parts.add(TokenVerifier.of(config, bus)), parts);
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    /** Starts the service with access tokens verified by keys at hand. */
    static Devices start(Config config, Bus bus, TokenVerifier verifier) {
        var parts = new Closers(SERVICE);
        try {
            return start(config, bus, brokers(config), verifier, parts);
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    private static List<? extends Broker> brokers(Config config) {
        if (Configuration.optional(config, "broker.emqx-url").isPresent()) {
            return List.of(
                    new EmqxBroker(
                            Configuration.url(config, "broker.emqx-url", "http", "https"),
                            Configuration.text(config, "broker.emqx-key"),
                            Configuration.text(config, "broker.emqx-secret")));
        }
        return RemoteBroker.all(
                Configuration.urls(config, "broker.admin-urls", "http", "https"),
                Configuration.optional(config, "service.secret").orElse(""));
    }

    private static Devices start(
            Config config,
            Bus bus,
            List<? extends Broker> brokers,
            TokenVerifier verifier,
            Closers parts) {
        var metrics = Metrics.of(config);
        var database = parts.add(Database.open(config, SERVICE));
        database.measure(metrics);
        var all = new Assembly(config, bus, database, brokers);
        new DeviceMetrics(metrics.registry(), all.clock).measure(all);
        if (Configuration.optional(config, "traces.otlp-url").isPresent()) {
            var collector = Configuration.url(config, "traces.otlp-url", "http", "https");
            all.projection.onEnd(parts.add(new CommandTraces(collector, all.instance))::ended);
        }
        parts.add(all.sessions);
        var rounds = new Rounds(all, parts);
        rounds.recall();
        rounds.connect();
        var mirrorSoon = rounds.start();
        var server =
                parts.add(
                        HttpServer.start(
                                config,
                                SERVICE,
                                verifier.withAgents(token -> agent(all.cache, token)),
                                Apis.of(all, metrics, verifier, mirrorSoon),
                                database::check,
                                bus::check));
        var membership =
                rounds.join(
                        Configuration.optional(config, "devices.public-url")
                                .orElseGet(() -> here(config, server)));
        parts.add(BusMetrics.of(metrics, membership));
        return new Devices(all, server, parts);
    }

    /** Where boards on this machine reach it; nothing when it is meant for other machines. */
    private static String here(Config config, HttpServer server) {
        var bind = Configuration.text(config, "devices.bind");
        var address = new InetSocketAddress(bind, 0).getAddress();
        return address != null && address.isLoopbackAddress()
                ? "http://127.0.0.1:" + server.port()
                : "";
    }

    private static Optional<Agent> agent(DeviceCache cache, String token) {
        return cache.authenticate(token)
                .map(device -> new Agent(device.workspaceId(), device.id()));
    }

    /** Whose token this is; empty when it is nobody's. Never waits for PostgreSQL. */
    public Optional<AgentSession> authenticate(String clientId, String password) {
        return all.clients.authenticate(clientId, password);
    }

    /**
     * Whether a token is one of a device, which may be archived now. Never waits for PostgreSQL.
     */
    public boolean hasToken(UUID deviceId, String token) {
        return all.cache.token(deviceId, token).isPresent();
    }

    /** Throws when PostgreSQL or Redis does not answer. */
    public void check() {
        all.database.check();
        all.bus.check();
    }

    /** The port of the HTTP server. */
    public int port() {
        return server.port();
    }

    /** Whether it commands the boards of a partition, and knows what was under way before. */
    boolean settled(int partition) {
        return all.dispatcher.settled(partition);
    }

    /** Every route of the HTTP server. */
    List<Route> routes() {
        return server.routes();
    }

    /** Finishes what is under way and gives the partitions back. */
    @Override
    public void close() {
        parts.close();
    }
}
