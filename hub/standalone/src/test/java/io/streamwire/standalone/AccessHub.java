package io.streamwire.standalone;

import io.helidon.config.Config;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.auth.Auth;
import io.streamwire.bus.Bus;
import io.streamwire.embedded.Embedded;
import io.streamwire.gateway.Gateway;
import io.streamwire.service.AccessToken;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Configuration;
import io.streamwire.service.HttpServer;
import io.streamwire.service.Permission;
import io.streamwire.service.Role;
import io.streamwire.service.Routes;
import io.streamwire.service.TokenVerifier;
import java.net.URI;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Auth, gateways and, in the place of the other services, one that tells who called it. */
final class AccessHub implements AutoCloseable {

    private final Parts parts = new Parts();
    private final Embedded embedded;
    private final Bus bus;
    private final Config config;
    private final Auth auth;
    private final HttpServer told;

    private AccessHub() {
        this.embedded = parts.open("embedded", Embedded::startTemporary);
        var settings = new HashMap<>(HubOptions.anyFreePorts());
        settings.put("data-dir", embedded.dataDirectory().toString());
        settings.put("auth.login-attempts-per-address", "10000");
        settings.put("gateway.rate-limit", "10000");
        settings.put("gateway.rate-burst", "10000");
        var base = Configuration.load(settings, null);
        this.config = Configuration.with(base, Standalone.generated(base, embedded));
        this.bus = parts.open("bus", () -> Bus.connect(Configuration.bus(config)));
        this.auth = parts.open("auth", () -> auth(Map.of()));
        this.told = parts.open("told", this::told);
    }

    static AccessHub start() {
        return new AccessHub();
    }

    /** Another instance of auth on the same database. */
    Auth auth(Map<String, String> settings) {
        return Auth.start(
                Configuration.with(Standalone.on(embedded, "auth_db", config), settings), bus);
    }

    /** A gateway in front of the auth of all tests. */
    URI gateway(String... settings) {
        return URI.create("http://127.0.0.1:" + gateway(auth, settings).port());
    }

    Gateway gateway(Auth behind, String... settings) {
        var own = new HashMap<String, String>();
        own.put("gateway.auth-url", local(behind.port()));
        own.put("auth.jwks-url", local(behind.port()) + "/.well-known/jwks.json");
        for (var service : List.of("ingest", "rules", "devices")) {
            own.put("gateway." + service + "-url", local(told.port()));
        }
        for (int i = 0; i < settings.length; i += 2) {
            own.put(settings[i], settings[i + 1]);
        }
        return parts.open("gateway", () -> Gateway.start(Configuration.with(config, own), bus));
    }

    private HttpServer told() {
        var keys = Map.of("auth.jwks-url", local(auth.port()) + "/.well-known/jwks.json");
        var verifier = TokenVerifier.of(Configuration.with(config, keys), bus);
        parts.open("verifier", () -> verifier);
        return HttpServer.start(config, "ingest", verifier, List.of(new Told()));
    }

    /** What a service gets to know of a request. */
    record Arrived(
            UUID user, boolean ofKey, Map<UUID, Role> roles, String target, boolean cookie) {}

    private record Told() implements Api {
        @Override
        public void routes(Routes routes) {
            for (var method : List.of(Method.GET, Method.POST)) {
                routes.route(method, "/api/v1/*", Permission.SIGNED_IN, Told::answer);
            }
        }

        private static void answer(ServerRequest request, ServerResponse response) {
            var token = AccessToken.of(request);
            var prologue = request.prologue();
            Body.send(
                    response,
                    new Arrived(
                            token.userId(),
                            token.ofKey(),
                            token.roles(),
                            prologue.uriPath().rawPath() + "?" + prologue.query().rawValue(),
                            request.headers().contains(HeaderNames.COOKIE)));
        }
    }

    void execute(String sql) {
        try (var connection =
                        DriverManager.getConnection(
                                embedded.jdbcUrl("auth_db"),
                                embedded.databaseUser(),
                                embedded.databasePassword());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String local(int port) {
        return "http://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        parts.close();
    }
}
