package io.streamwire.rules;

import io.helidon.config.Config;
import io.streamwire.bus.Bus;
import io.streamwire.bus.Consumer;
import io.streamwire.contract.Stream;
import io.streamwire.service.Configuration;
import io.streamwire.service.Database;
import io.streamwire.service.HttpServer;
import io.streamwire.service.OpenApi;
import io.streamwire.service.Route;
import io.streamwire.service.TokenVerifier;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The rules service: keeps rules, and turns live events into actions. */
public final class Rules implements AutoCloseable {

    /** Lets rows gather: one statement for many costs hardly more than for one. */
    private static final Duration LOG_PAUSE = Duration.ofMillis(250);

    private static final Logger LOG = System.getLogger(Rules.class.getName());
    private static final String SERVICE = "rules";

    private final Database database;
    private final Bus bus;
    private final HttpServer server;

    /** What to close, the last one first. */
    private final Deque<AutoCloseable> parts;

    private Rules(Database database, Bus bus, HttpServer server, Deque<AutoCloseable> parts) {
        this.database = database;
        this.bus = bus;
        this.server = server;
        this.parts = parts;
    }

    /**
     * Starts with the keys behind {@code auth.jwks-url}.
     *
     * @param bus stays open when this is closed
     * @throws io.streamwire.service.ConfigurationException with one line that says why not
     */
    public static Rules start(Config config, Bus bus) {
        return start(config, bus, TokenVerifier.of(config, bus));
    }

    static Rules start(Config config, Bus bus, TokenVerifier verifier) {
        var clock = InstantSource.system();
        var parts = new ArrayDeque<AutoCloseable>();
        opened(parts, verifier);
        try {
            var database = opened(parts, Database.open(config, SERVICE));
            var store = new RuleStore(database);
            var book =
                    opened(
                            parts,
                            new RuleBook(
                                    store,
                                    bus,
                                    Configuration.duration(
                                            config,
                                            "rules.refresh",
                                            Duration.ofMillis(100),
                                            Duration.ofMinutes(1))));
            var log =
                    opened(
                            parts,
                            new DecisionLog(
                                    database,
                                    Configuration.duration(
                                            config,
                                            "rules.retention",
                                            Duration.ofDays(1),
                                            Duration.ofDays(3650))));
            var delayed = new DelayedActions(clock);
            var decider =
                    new Decider(
                            book::engine,
                            delayed,
                            clock,
                            Configuration.duration(
                                    config,
                                    "rules.max-event-age",
                                    Duration.ofSeconds(1),
                                    Duration.ofDays(1)));
            book.start();
            log.start();
            var server =
                    opened(
                            parts,
                            HttpServer.start(
                                    config,
                                    SERVICE,
                                    verifier,
                                    List.of(
                                            OpenApi.of(Rules.class),
                                            new ExecutionsApi(log),
                                            new RulesApi(store, book)),
                                    database::check,
                                    bus::check));
            opened(
                    parts,
                    bus.join(
                            SERVICE,
                            Configuration.optional(config, "instance.id")
                                    .orElseGet(() -> instance(server.port())),
                            List.of(
                                    new Consumer(Stream.EVENTS, Decider.GROUP, decider),
                                    new Consumer(
                                            Stream.DECISIONS, DecisionLog.GROUP, log, LOG_PAUSE)),
                            delayed));
            return new Rules(database, bus, server, parts);
        } catch (RuntimeException e) {
            closeAll(parts);
            throw e;
        }
    }

    /** Throws when PostgreSQL or Redis does not answer. */
    public void check() {
        database.check();
        bus.check();
    }

    /** The port of the HTTP server. */
    public int port() {
        return server.port();
    }

    /** Every route of the HTTP server. */
    List<Route> routes() {
        return server.routes();
    }

    /** Finishes what is under way and gives the partitions back. */
    @Override
    public void close() {
        closeAll(parts);
    }

    private static <T extends AutoCloseable> T opened(Deque<AutoCloseable> parts, T part) {
        parts.push(part);
        return part;
    }

    private static void closeAll(Deque<AutoCloseable> parts) {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                LOG.log(Level.WARNING, "service=" + SERVICE + " closing=incomplete", e);
            }
        }
    }

    /** The same after a restart, and no other live one's. */
    private static String instance(int port) {
        try {
            return InetAddress.getLocalHost().getHostName() + ":" + port;
        } catch (UnknownHostException e) {
            return "localhost:" + port;
        }
    }
}
