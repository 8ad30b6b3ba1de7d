package io.streamwire.gateway;

import io.helidon.config.Config;
import io.streamwire.bus.Bus;
import io.streamwire.service.Agent;
import io.streamwire.service.Api;
import io.streamwire.service.Configuration;
import io.streamwire.service.CutOffs;
import io.streamwire.service.HttpServer;
import io.streamwire.service.Metrics;
import io.streamwire.service.OpenApi;
import io.streamwire.service.TokenVerifier;
import io.streamwire.service.TrustedProxies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The one entry point: checks who calls and how often, and passes the request on to a service. */
public final class Gateway implements AutoCloseable {

    /** What rules take for a bundle, bytes. */
    private static final long LARGEST_BUNDLE = 1 << 20;

    private static final int SECRET_LENGTH = 32; // characters

    /** Requests of a workspace's keys at once, in seconds of what they may in the long run. */
    private static final int KEYS_BURST = 2;

    private final HttpServer server;
    private final CutOffs cutOffs;
    private final Live live;
    private final Readiness readiness;
    private final Exchange exchange;

    private Gateway(
            HttpServer server, CutOffs cutOffs, Live live, Readiness readiness, Exchange exchange) {
        this.server = server;
        this.cutOffs = cutOffs;
        this.live = live;
        this.readiness = readiness;
        this.exchange = exchange;
    }

    /**
     * Starts to listen. The services behind it need not be there yet.
     *
     * @throws io.streamwire.service.ConfigurationException when a setting is wrong or the port is
     *     taken
     */
    public static Gateway start(Config config, Bus bus) {
        return start(config, bus, List.of(), List.of());
    }

    /**
     * Starts to listen, with more that it answers by itself.
     *
     * @param described what belongs to {@code more} in the document of the whole API
     */
    public static Gateway start(Config config, Bus bus, List<Api> more, List<OpenApi> described) {
        return start(config, bus, TokenVerifier.of(config), more, described);
    }

    private static final Agent SOME_AGENT = new Agent(new UUID(0, 0), new UUID(0, 0));

    static Gateway start(
            Config config,
            Bus bus,
            TokenVerifier verifier,
            List<Api> more,
            List<OpenApi> described) {
        var auth = upstream(config, "auth");
        var ingest = upstream(config, "ingest");
        var rules = upstream(config, "rules");
        var devices = upstream(config, "devices");
        var liveSettings = LiveSettings.of(config);
        var rateLimit =
                new RateLimit(
                        Configuration.number(config, "gateway.rate-limit", 1, 1_000_000),
                        Configuration.number(config, "gateway.rate-burst", 1, 1_000_000));
        var keysPerSecond =
                Configuration.number(config, "gateway.rate-limit-of-keys", 1, 1_000_000);
        var proxies = TrustedProxies.of(config, "gateway.trusted-proxies");
        var patience =
                new Proxy.Patience(
                        duration(config, "gateway.response-timeout"),
                        duration(config, "gateway.prefer-wait"),
                        duration(config, "gateway.silence-timeout"),
                        duration(config, "gateway.body-timeout"),
                        Configuration.size(config, "gateway.upload-rate"));
        var exchange = new Exchange(duration(config, "gateway.connect-timeout"));
        var identities =
                new Identities(
                        exchange,
                        auth,
                        verifier,
                        Configuration.secret(config, "service.secret", SECRET_LENGTH),
                        Configuration.duration(
                                config,
                                "gateway.identity-cache",
                                Duration.ZERO,
                                Duration.ofMinutes(1)));
        var cutOffs = CutOffs.follow(bus);
        var current = verifier.refusing(cutOffs);
        var callers = new Callers(identities, current, rateLimit, proxies);
        var limits =
                new Limits(
                        rateLimit,
                        new RateLimit(keysPerSecond, KEYS_BURST * keysPerSecond),
                        proxies);
        var proxy = new Proxy(exchange, callers, limits, proxies, patience);
        var metrics = Metrics.closed(config);
        var live =
                new Live(
                        bus,
                        current,
                        liveSettings,
                        new LiveStatuses(exchange, ingest, patience.silence()),
                        new LiveHandshakes(
                                callers,
                                new RateLimit(
                                        liveSettings.handshakesPerSecond(),
                                        liveSettings.handshakeBurst()),
                                proxies),
                        metrics.registry());
        var readiness = new Readiness(exchange, List.of(auth, ingest, rules, devices));
        var wholeApi = new WholeApi(exchange, List.of(auth, ingest, rules, devices), described);
        var apis =
                new ArrayList<Api>(
                        List.<Api>of(
                                metrics,
                                wholeApi,
                                new Dashboard(),
                                new GatewayApi(
                                        proxy.to(auth),
                                        proxy.signInTo(auth),
                                        proxy.to(ingest),
                                        proxy.to(rules),
                                        proxy.to(devices),
                                        proxy.stopsTo(devices),
                                        new GatewayApi.Upload(
                                                proxy.uploadsTo(devices),
                                                Configuration.size(config, "devices.firmware-max")),
                                        new GatewayApi.Upload(
                                                proxy.uploadsTo(ingest),
                                                Configuration.size(
                                                        config, "ingest.recordings.max-upload")),
                                        new GatewayApi.Upload(
                                                proxy.uploadsTo(rules), LARGEST_BUNDLE))));
        more.forEach(api -> apis.add(routes -> api.routes(routes.through(limits::around))));
        try {
            var server =
                    HttpServer.start(
                            config,
                            "gateway",
                            current.withAgents(Gateway::agent),
                            callers,
                            apis,
                            Optional.of(live.endpoint()),
                            readiness::check);
            live.start();
            return new Gateway(server, cutOffs, live, readiness, exchange);
        } catch (RuntimeException e) {
            cutOffs.close();
            exchange.close();
            throw e;
        }
    }

    /** What is no JWT may be an agent token, which only the devices service can tell. */
    private static Optional<Agent> agent(String token) {
        return token.contains(".") ? Optional.empty() : Optional.of(SOME_AGENT);
    }

    private static Upstream upstream(Config config, String service) {
        return new Upstream(
                service,
                Configuration.urls(config, "gateway." + service + "-url", "http", "https"));
    }

    private static Duration duration(Config config, String key) {
        return Configuration.duration(config, key, Duration.ofMillis(1), Duration.ofHours(1));
    }

    /**
     * Throws while a service behind it does not answer.
     *
     * @throws io.streamwire.service.Problem 503 {@code upstream_unavailable}
     */
    public void check() {
        readiness.check();
    }

    /** The port that it listens on. */
    public int port() {
        return server.port();
    }

    /**
     * Tells live sockets that it goes, stops accepting, gives running requests 2 s, then breaks off
     * the rest.
     */
    @Override
    public void close() {
        live.close();
        server.close();
        exchange.close();
        cutOffs.close();
    }
}
