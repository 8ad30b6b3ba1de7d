package io.streamwire.ingest;

import io.helidon.config.Config;
import io.streamwire.bus.Bus;
import io.streamwire.bus.Consumer;
import io.streamwire.bus.PartitionListener;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Stream;
import io.streamwire.ingest.webcast.WebcastClient;
import io.streamwire.service.Api;
import io.streamwire.service.BusMetrics;
import io.streamwire.service.Configuration;
import io.streamwire.service.Database;
import io.streamwire.service.EventStreams;
import io.streamwire.service.HttpServer;
import io.streamwire.service.Metrics;
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
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The TikTok service: follows LIVE streams and puts what happens there on the bus. */
public final class Ingest implements AutoCloseable {

    /** Lets rows gather: one statement for many costs hardly more than for one. */
    private static final Duration LOG_PAUSE = Duration.ofMillis(250);

    private static final Logger LOG = System.getLogger(Ingest.class.getName());
    private static final String SERVICE = "ingest";

    private final Database database;
    private final Bus bus;
    private final HttpServer server;

    /** What to close, the last one first. */
    private final Deque<AutoCloseable> parts;

    private Ingest(Database database, Bus bus, HttpServer server, Deque<AutoCloseable> parts) {
        this.database = database;
        this.bus = bus;
        this.server = server;
        this.parts = parts;
    }

    /**
     * Starts with the keys behind {@code auth.jwks-url}, and goes on with every livestream that has
     * not ended.
     *
     * @param bus stays open when this is closed
     * @throws io.streamwire.service.ConfigurationException with one line that says why not
     */
    public static Ingest start(Config config, Bus bus) {
        return start(config, bus, TokenVerifier.of(config, bus));
    }

    static Ingest start(Config config, Bus bus, TokenVerifier verifier) {
        var settings = IngestSettings.of(config);
        var clock = InstantSource.system();
        var parts = new ArrayDeque<AutoCloseable>();
        opened(parts, verifier);
        try {
            var metrics = Metrics.of(config);
            var database = opened(parts, Database.open(config, SERVICE));
            database.measure(metrics);
            var signServer = String.valueOf(settings.webcast().signUrl().getAuthority());
            var budget = new SignBudget(bus, signServer, settings.signatures(), clock);
            var client = opened(parts, new WebcastClient(settings.webcast(), budget, clock));
            var recorder = opened(parts, new Recorder());
            var log = opened(parts, new EventLog(database, settings.retention()));
            recorder.start();
            log.start();
            var instance =
                    Configuration.optional(config, "instance.id").orElseGet(() -> instance(config));
            var membership =
                    opened(
                            parts,
                            bus.join(
                                    SERVICE,
                                    instance,
                                    List.of(
                                            new Consumer(
                                                    Stream.EVENTS, EventLog.GROUP, log, LOG_PAUSE)),
                                    PartitionListener.NONE));
            opened(parts, BusMetrics.of(metrics, membership));
            var news = opened(parts, new StatusNews(bus));
            news.start();
            var streams = EventStreams.of(config);
            var livestreamStore = new LivestreamStore(database);
            var archive =
                    opened(
                            parts,
                            Archive.of(
                                    config,
                                    settings,
                                    database,
                                    livestreamStore,
                                    recorder,
                                    bus,
                                    clock,
                                    instance));
            var livestreams =
                    opened(
                            parts,
                            new Livestreams(
                                    settings,
                                    livestreamStore,
                                    recorder,
                                    archive.recordings(),
                                    archive.tapes(),
                                    bus,
                                    client,
                                    clock,
                                    UnknownMessages.in(settings.keepUnknown()),
                                    instance,
                                    news,
                                    new IngestMetrics(
                                            metrics.registry(),
                                            budget,
                                            streams,
                                            settings.metered())));
            var apis = new ArrayList<Api>(archive.apis(livestreams));
            apis.addAll(
                    List.of(
                            OpenApi.of(Ingest.class),
                            metrics,
                            new LivestreamsApi(livestreams, budget, bus, settings),
                            new StatusApi(livestreams, news, budget, streams, verifier),
                            new SimulationsApi(livestreams, bus, settings, clock),
                            new StoredEventsApi(log),
                            new EventsApi(livestreams, log, bus, streams, verifier)));
            var server =
                    opened(
                            parts,
                            HttpServer.start(
                                    config, SERVICE, verifier, apis, database::check, bus::check));
            archive.start();
            livestreams.start();
            return new Ingest(database, bus, server, parts);
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

    /** Finishes what is under way and lets go of all livestreams, which do not end by that. */
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
    private static String instance(Config config) {
        int port = Configuration.port(config, SERVICE + ".port");
        var where = port == 0 ? Ids.next().toString() : Integer.toString(port);
        try {
            return InetAddress.getLocalHost().getHostName() + ":" + where;
        } catch (UnknownHostException e) {
            return "localhost:" + where;
        }
    }
}
