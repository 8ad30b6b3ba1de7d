package io.streamwire.service;

import io.helidon.config.Config;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.PathMatchers;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.streamwire.telemetry.Cause;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The HTTP/1.1 server of one service: its routes behind the access check, every error as
 * problem+json, limits on sizes and times, and {@code /health/live} and {@code /health/ready}.
 */
public final class HttpServer implements AutoCloseable {

    private static final Logger LOG = System.getLogger(HttpServer.class.getName());
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final WebServer server;
    private final List<Route> routes;
    private final Optional<Metrics> metrics;

    private HttpServer(WebServer server, List<Route> routes, Optional<Metrics> metrics) {
        this.server = server;
        this.routes = routes;
        this.metrics = metrics;
    }

    /**
     * Starts to listen on {@code {service}.bind} and {@code {service}.port}. When there are {@link
     * Metrics} among the APIs, requests are counted there; they are closed with the server.
     *
     * @param readiness each throws while something that the service needs is away
     * @throws ConfigurationException when a setting is wrong or the port is taken
     */
    public static HttpServer start(
            Config config,
            String service,
            TokenVerifier verifier,
            List<Api> apis,
            Runnable... readiness) {
        return start(
                config,
                service,
                verifier,
                Credentials.AUTHORIZATION,
                apis,
                Optional.empty(),
                readiness);
    }

    /**
     * The same for a server that does not only look at the header {@code Authorization}, or that
     * has WebSockets.
     */
    public static HttpServer start(
            Config config,
            String service,
            TokenVerifier verifier,
            Credentials credentials,
            List<Api> apis,
            Optional<WebSocketEndpoint> webSockets,
            Runnable... readiness) {
        var routes = routes(service, apis, readiness);
        var server = WebServer.builder();
        var metrics =
                apis.stream()
                        .filter(Metrics.class::isInstance)
                        .map(Metrics.class::cast)
                        .findFirst();
        var nowhere = apis.stream().flatMap(api -> api.nowhere().stream()).findFirst();
        configure(server, config, service, verifier, credentials, routes, nowhere, metrics);
        server.addConnectionSelector(http(webSockets));
        return listen(server.build(), service, routes, metrics);
    }

    /**
     * Looks before a long start whether a service will be able to listen.
     *
     * @throws ConfigurationException when its port is not one, or is taken
     */
    public static void expectFreePort(Config config, String service) {
        var host = Configuration.text(config, service + ".bind");
        var port = Configuration.port(config, service + ".port");
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(host, port));
        } catch (IOException e) {
            throw notListening(service, host, port, String.valueOf(e.getMessage()));
        }
    }

    private static ConfigurationException notListening(
            String service, String host, int port, String why) {
        return new ConfigurationException(
                "%s.port cannot be listened on: %s:%d (%s); choose another with %s_PORT"
                        .formatted(service, host, port, why, service.toUpperCase(Locale.ROOT)));
    }

    /** Every route of a service, in the order in which they are matched. */
    static List<Route> routes(String service, List<Api> apis, Runnable... readiness) {
        var routes = new Routes();
        new Health(service, List.of(readiness)).routes(routes);
        apis.forEach(api -> api.routes(routes));
        return routes.all().stream().sorted().toList();
    }

    static Http1ConnectionSelector http(Optional<WebSocketEndpoint> webSockets) {
        var http = Http1ConnectionSelector.builder().config(Http1Config.create());
        webSockets.ifPresent(endpoint -> http.addUpgrader(new WebSocketUpgrade(endpoint)));
        return http.build();
    }

    static void configure(
            WebServerConfig.Builder server,
            Config config,
            String service,
            TokenVerifier verifier,
            Credentials credentials,
            List<Route> routes,
            Optional<Handler> nowhere,
            Optional<Metrics> metrics) {
        var access =
                new AccessCheck(
                        verifier, credentials, Configuration.optional(config, "service.secret"));
        int connections = (int) Configuration.number(config, "http.max-connections", 1, 1_000_000);
        var readTimeout = Configuration.duration(config, "http.read-timeout");
        long largestBody = Configuration.size(config, "http.max-body");
        long largest =
                Math.max(
                        largestBody, routes.stream().mapToLong(Route::largestBody).max().orElse(0));
        server.host(Configuration.text(config, service + ".bind"))
                .port(Configuration.port(config, service + ".port"))
                .shutdownHook(false)
                .shutdownGracePeriod(GRACE)
                .featuresDiscoverServices(false)
                .protocolsDiscoverServices(false)
                .maxPayloadSize(largest)
                .maxTcpConnections(connections)
                .idleConnectionTimeout(Configuration.duration(config, "http.idle-timeout"))
                .connectionConfig(connection -> connection.readTimeout(readTimeout))
                // With Nagle's algorithm the second half of an answer may wait 40 ms.
                .connectionOptions(socket -> socket.tcpNoDelay(true))
                .directHandlers(Errors.direct())
                .routing(routing -> {
                    var limit = new BodyLimit(largestBody, largest);
                    metrics.ifPresent(counted -> routing.addFilter(counting(counted)));
                    route(routing, routes, nowhere, access, limit, new Errors(service));
                });
    }

    private static Filter counting(Metrics metrics) {
        return (chain, request, response) -> {
            metrics.count(request, response, System.nanoTime());
            chain.proceed();
        };
    }

    private static HttpServer listen(
            WebServer server, String service, List<Route> routes, Optional<Metrics> metrics) {
        var host = server.prototype().host();
        server.start();
        if (!server.isRunning()) {
            // Helidon keeps to itself what was wrong.
            var port = server.prototype().port();
            throw notListening(service, host, port, whyNot(host, port));
        }
        LOG.log(Level.INFO, "service={0} listening={1}:{2,number,#}", service, host, server.port());
        return new HttpServer(server, routes, metrics);
    }

    /** The port that it listens on. */
    public int port() {
        return server.port();
    }

    /** Every route, as they are matched. */
    public List<Route> routes() {
        return routes;
    }

    /** Stops accepting, gives running requests 2 s. */
    @Override
    public void close() {
        server.stop();
        metrics.ifPresent(Metrics::close);
    }

    private static void route(
            HttpRouting.Builder routing,
            List<Route> routes,
            Optional<Handler> nowhere,
            AccessCheck access,
            BodyLimit limit,
            Errors errors) {
        routing.addFilter(HttpServer::prepare);
        routing.error(Throwable.class, errors);
        routing.any(HttpServer::requirePath);
        for (var route : routes) {
            routing.route(
                    route.method(),
                    PathMatchers.create(route.path()),
                    (request, response) -> {
                        request.context().register(route);
                        limit.apply(request, route);
                        access.check(request, route.permission());
                        cause(request).during(() -> handle(route, request, response));
                    });
        }
        var unmatched = new Unmatched(routes, nowhere);
        routing.any(unmatched::answer);
    }

    private static Cause cause(ServerRequest request) {
        var workspace = request.context().get(Caller.class).map(Caller::workspaceId);
        return new Cause(Trace.of(request).id(), workspace.map(UUID::toString).orElse(null), null);
    }

    private static void handle(Route route, ServerRequest request, ServerResponse response)
            throws Exception {
        var began = System.nanoTime();
        route.handler().handle(request, response);
        LOG.log(
                Level.DEBUG,
                () ->
                        "method=%s route=%s status=%d ms=%d"
                                .formatted(
                                        route.method().text(),
                                        route.canonical(),
                                        response.status().code(),
                                        (System.nanoTime() - began) / 1_000_000));
    }

    private static void prepare(
            FilterChain chain, RoutingRequest request, RoutingResponse response) {
        addHeaders(request, response);
        chain.proceed();
        if (isLast(request)) {
            throw new CloseConnectionException("the client asked for it");
        }
    }

    /** An authority or an absolute URI as target would fail in the matching of paths. */
    private static void requirePath(ServerRequest request, ServerResponse response) {
        var path = request.prologue().uriPath();
        if (path.path() == null || !path.rawPath().startsWith("/")) {
            throw Problem.badRequest("bad_target", "The request's target must be a path.");
        }
        response.next();
    }

    /** Whether the client will send nothing more on this connection. */
    private static boolean isLast(ServerRequest request) {
        return request.headers().all(HeaderNames.CONNECTION, List::of).stream()
                .flatMap(options -> Arrays.stream(options.split(",", -1)))
                .anyMatch(option -> option.strip().equalsIgnoreCase("close"));
    }

    /** What every answer has; an error's answer begins without headers and gets them again. */
    static void addHeaders(ServerRequest request, ServerResponse response) {
        response.header(Trace.ID, Trace.of(request).id())
                .header("X-Content-Type-Options", "nosniff")
                .header("X-Frame-Options", "DENY")
                .header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
                .header("Referrer-Policy", "no-referrer")
                .header(HeaderNames.CACHE_CONTROL, "no-store");
        if (isLast(request)) {
            response.header(HeaderValues.CONNECTION_CLOSE);
        }
    }

    private static String whyNot(String host, int port) {
        try (var _ = new ServerSocket(port, 1, InetAddress.getByName(host))) {
            return "it was taken a moment ago";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** Says 404 for a path that no route has, 405 for a method that its routes do not have. */
    private static final class Unmatched {
        private final List<Route> routes;
        private final Optional<Handler> nowhere;

        Unmatched(List<Route> routes, Optional<Handler> nowhere) {
            this.routes = routes;
            this.nowhere = nowhere;
        }

        void answer(ServerRequest request, ServerResponse response) throws Exception {
            var methods = new TreeSet<String>();
            for (var route : routes) {
                if (PathMatchers.create(route.path())
                        .match(request.prologue().uriPath())
                        .accepted()) {
                    methods.add(route.method().text());
                }
            }
            if (methods.isEmpty() && nowhere.isPresent()) {
                nowhere.get().handle(request, response);
                return;
            }
            if (methods.isEmpty()) {
                throw Problem.notFound("not_found", "There is nothing at this path.");
            }
            throw Problem.of(
                            Status.METHOD_NOT_ALLOWED_405,
                            "method_not_allowed",
                            "This path takes " + String.join(", ", methods) + ".")
                    .header("Allow", String.join(", ", methods));
        }
    }
}
