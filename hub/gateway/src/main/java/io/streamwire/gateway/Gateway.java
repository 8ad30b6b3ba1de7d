package io.streamwire.gateway;

import io.helidon.config.Config;
import io.streamwire.service.Agent;
import io.streamwire.service.Configuration;
import io.streamwire.service.HttpServer;
import io.streamwire.service.TokenVerifier;
import io.streamwire.service.TrustedProxies;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The one entry point: checks who calls and how often, and passes the request on to a service. */
public final class Gateway implements AutoCloseable {

    /** What rules take for a bundle, bytes. */
    private static final long LARGEST_BUNDLE = 1 << 20;

    private final HttpServer server;
    private final Readiness readiness;
    private final Exchange exchange;

    private Gateway(HttpServer server, Readiness readiness, Exchange exchange) {
        this.server = server;
        this.readiness = readiness;
        this.exchange = exchange;
    }

    /**
     * Starts to listen. The services behind it need not be there yet.
     *
     * @throws io.streamwire.service.ConfigurationException when a setting is wrong or the port is
     *     taken
     */
    public static Gateway start(Config config) {
        return start(config, TokenVerifier.of(config));
    }

    private static final Agent SOME_AGENT = new Agent(new UUID(0, 0), new UUID(0, 0));

    static Gateway start(Config config, TokenVerifier verifier) {
        var auth = upstream(config, "auth");
        var ingest = upstream(config, "ingest");
        var rules = upstream(config, "rules");
        var devices = upstream(config, "devices");
        var rateLimit =
                new RateLimit(
                        Configuration.number(config, "gateway.rate-limit", 1, 1_000_000),
                        Configuration.number(config, "gateway.rate-burst", 1, 1_000_000));
        var proxies = TrustedProxies.of(config, "gateway.trusted-proxies");
        var patience =
                new Proxy.Patience(
                        duration(config, "gateway.response-timeout"),
                        duration(config, "gateway.prefer-wait"),
                        duration(config, "gateway.silence-timeout"),
                        duration(config, "gateway.body-timeout"));
        var exchange = new Exchange(duration(config, "gateway.connect-timeout"));
        var proxy = new Proxy(exchange, rateLimit, proxies, patience);
        var readiness = new Readiness(exchange, List.of(auth, ingest, rules, devices));
        var wholeApi = new WholeApi(exchange, List.of(auth, ingest, rules, devices));
        try {
            var server =
                    HttpServer.start(
                            config,
                            "gateway",
                            verifier.withAgents(Gateway::agent),
                            List.of(
                                    wholeApi,
                                    new GatewayApi(
                                            proxy.to(auth),
                                            proxy.to(ingest),
                                            proxy.to(rules),
                                            proxy.to(devices),
                                            new GatewayApi.Upload(
                                                    proxy.uploadsTo(devices),
                                                    Configuration.size(
                                                            config, "devices.firmware-max")),
                                            new GatewayApi.Upload(
                                                    proxy.uploadsTo(ingest),
                                                    Configuration.size(
                                                            config,
                                                            "ingest.recordings.max-upload")),
                                            new GatewayApi.Upload(
                                                    proxy.uploadsTo(rules), LARGEST_BUNDLE))),
                            readiness::check);
            return new Gateway(server, readiness, exchange);
        } catch (RuntimeException e) {
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

    /** Stops accepting, gives running requests 2 s, then breaks off the rest. */
    @Override
    public void close() {
        server.close();
        exchange.close();
    }
}
