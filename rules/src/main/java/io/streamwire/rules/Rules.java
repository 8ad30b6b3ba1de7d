package io.streamwire.rules;

import io.helidon.config.Config;
import io.streamwire.bus.Bus;
import io.streamwire.bus.Consumer;
import io.streamwire.bus.PartitionListener;
import io.streamwire.contract.Stream;
import io.streamwire.rules.analytics.Analytics;
import io.streamwire.service.BusMetrics;
import io.streamwire.service.Closers;
import io.streamwire.service.Configuration;
import io.streamwire.service.Database;
import io.streamwire.service.EventStreams;
import io.streamwire.service.HttpServer;
import io.streamwire.service.Metrics;
import io.streamwire.service.OpenApi;
import io.streamwire.service.Route;
import io.streamwire.service.TokenVerifier;
import io.streamwire.service.TrustedProxies;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** The rules service: keeps rules, and turns live events into actions. */
public final class Rules implements AutoCloseable {

    /** Lets rows gather: one statement for many costs hardly more than for one. */
    private static final Duration LOG_PAUSE = Duration.ofMillis(250);

    private static final String SERVICE = "rules";

    private final Database database;
    private final Bus bus;
    private final HttpServer server;

    /** What to close, the last one first. */
    private final Closers parts;

    private Rules(Database database, Bus bus, HttpServer server, Closers parts) {
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
        var parts = new Closers(SERVICE);
        parts.add(verifier);
        try {
            var metrics = Metrics.of(config);
            var database = parts.add(Database.open(config, SERVICE));
            database.measure(metrics);
            var store = new RuleStore(database);
            var book =
                    parts.add(
                            new RuleBook(
                                    store,
                                    bus,
                                    Configuration.duration(
                                            config,
                                            "rules.refresh",
                                            Duration.ofMillis(100),
                                            Duration.ofMinutes(1))));
            var log =
                    parts.add(
                            new DecisionLog(
                                    database,
                                    metrics.registry(),
                                    Configuration.duration(
                                            config,
                                            "rules.retention",
                                            Duration.ofDays(1),
                                            Duration.ofDays(3650))));
            var analytics = parts.add(Analytics.of(config, database, clock));
            var maxEventAge =
                    Configuration.duration(
                            config,
                            "rules.max-event-age",
                            Duration.ofSeconds(1),
                            Duration.ofDays(1));
            var delayed = new DelayedActions(clock, new Turns(book::engine, clock, maxEventAge));
            var history = parts.add(new RuleHistory(database, clock));
            var timers = parts.add(new Timers(book::engine, clock));
            var standings = parts.add(new Standings(clock, maxEventAge));
            var decider = new Decider(book::engine, delayed, timers, standings, clock, maxEventAge);
            var events =
                    new StoredEvents(
                            Configuration.url(config, "rules.ingest-url", "http", "https"));
            var own = new OwnEvents(bus, clock);
            Secrets.renew(config, database);
            var webhooks = parts.add(Webhooks.of(config, database, bus));
            var overlay = new OverlayApi(bus, EventStreams.of(config), verifier);
            var hooks =
                    new HooksApi(
                            store,
                            new HookStore(database, Secrets.seal(config)),
                            own,
                            TrustedProxies.of(config, "rules.trusted-proxies"),
                            Configuration.optional(config, "rules.public-url").orElse("/api/v1"),
                            bus,
                            clock);
            book.start();
            log.start();
            webhooks.start();
            timers.start();
            standings.start();
            history.start();
            analytics.start();
            var server =
                    parts.add(
                            HttpServer.start(
                                    config,
                                    SERVICE,
                                    verifier,
                                    List.of(
                                            metrics,
                                            OpenApi.of(Rules.class),
                                            new ExecutionsApi(log),
                                            new WhyApi(store, log, events),
                                            new DryRunsApi(
                                                    store,
                                                    events,
                                                    new DryRunPlaces(bus),
                                                    new DryRuns(bus)),
                                            new ButtonsApi(store, own, bus),
                                            hooks,
                                            webhooks.api(),
                                            overlay,
                                            analytics.api(),
                                            new RulesApi(store, book),
                                            new SwitchApi(store, book),
                                            new ResetApi(store, book, bus, clock),
                                            new HistoryApi(history, new Rollback(store), book),
                                            new BundleApi(store, book, clock),
                                            new RecipesApi(store, book)),
                                    database::check,
                                    bus::check));
            var membership =
                    parts.add(
                            bus.join(
                                    SERVICE,
                                    Configuration.optional(config, "instance.id")
                                            .orElseGet(() -> instance(server.port())),
                                    consumers(decider, webhooks, log, analytics),
                                    PartitionListener.all(delayed, timers, standings)));
            parts.add(BusMetrics.of(metrics, membership));
            return new Rules(database, bus, server, parts);
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    private static List<Consumer> consumers(
            Decider decider, Webhooks webhooks, DecisionLog log, Analytics analytics) {
        var consumers = new ArrayList<Consumer>();
        consumers.add(new Consumer(Stream.EVENTS, Decider.GROUP, decider));
        consumers.add(webhooks.consumer());
        consumers.add(new Consumer(Stream.DECISIONS, DecisionLog.GROUP, log, LOG_PAUSE));
        consumers.addAll(analytics.consumers());
        return List.copyOf(consumers);
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
        parts.close();
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
