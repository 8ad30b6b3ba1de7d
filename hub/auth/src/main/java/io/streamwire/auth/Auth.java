package io.streamwire.auth;

import io.helidon.config.Config;
import io.helidon.webserver.http.ServerRequest;
import io.streamwire.bus.Bus;
import io.streamwire.service.Configuration;
import io.streamwire.service.ConfigurationException;
import io.streamwire.service.CutOffs;
import io.streamwire.service.Database;
import io.streamwire.service.HttpServer;
import io.streamwire.service.Metrics;
import io.streamwire.service.OpenApi;
import io.streamwire.service.Round;
import io.streamwire.service.Route;
import io.streamwire.service.TokenVerifier;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** The service of users, workspaces and sessions, and the only one that issues access tokens. */
public final class Auth implements AutoCloseable {

    private static final String NAME = "auth";
    private static final int SECRET_LENGTH = 32; // characters

    /** Sign-ins that wait for their hash, each for seconds at most. */
    private static final int WAITING_HASHES = 100;

    private static final Duration SWEEP_PERIOD = Duration.ofHours(1);

    private final Database database;
    private final CutOffs cutOffs;
    private final Passwords passwords;
    private final Round sweeps;
    private final HttpServer server;

    private Auth(
            Database database,
            CutOffs cutOffs,
            Passwords passwords,
            Round sweeps,
            HttpServer server) {
        this.database = database;
        this.cutOffs = cutOffs;
        this.passwords = passwords;
        this.sweeps = sweeps;
        this.server = server;
    }

    /**
     * Opens the database, loads or makes the signing key, and starts to listen.
     *
     * @throws ConfigurationException with one line that says what is wrong
     */
    public static Auth start(Config config, Bus bus) {
        var settings = AuthSettings.of(config);
        var sealedKeys =
                new SealedKeys(
                        Configuration.secret(config, "service.secret", SECRET_LENGTH),
                        Configuration.optional(config, "service.former-secret"));
        var database = Database.open(config, NAME);
        try {
            return start(config, settings, bus, database, sealedKeys);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    private static Auth start(
            Config config,
            AuthSettings settings,
            Bus bus,
            Database database,
            SealedKeys sealedKeys) {
        var metrics = Metrics.of(config);
        database.measure(metrics);
        var key = sealedKeys.open(database);
        var cutOffs = CutOffs.follow(bus);
        var passwords =
                new Passwords(settings.concurrentHashes(), WAITING_HASHES, settings.hashMemory());
        try {
            var accessTokens = new AccessTokens(key, settings.accessTokenLife());
            var sessions = new Sessions(database, accessTokens, cutOffs, settings);
            var browsers = new BrowserSessions(database, accessTokens, cutOffs, settings);
            var keys = new ApiKeys(database, accessTokens, cutOffs);
            var tickets = new Tickets(database, accessTokens, keys);
            var workspaces = new Workspaces(database, bus, cutOffs);
            var invitations = new Invitations(database);
            var accounts =
                    new Accounts(
                            database,
                            passwords,
                            new LoginThrottle(bus, settings),
                            workspaces,
                            sessions,
                            invitations,
                            settings.registration());
            Function<ServerRequest, Origin> origin =
                    request -> Origin.of(request, settings.trustedProxies());
            var verifier =
                    TokenVerifier.trusting(key)
                            .refusing(cutOffs)
                            .withRoles(token ->
                                    AccessTokens.roles(database.client().execute(), token));
            var server =
                    HttpServer.start(
                            config,
                            NAME,
                            verifier,
                            List.of(
                                    metrics,
                                    OpenApi.of(Auth.class),
                                    new AccountsApi(accounts, sessions, origin),
                                    new SessionsApi(accounts, browsers, tickets, origin, verifier),
                                    new ExchangeApi(browsers, keys, tickets),
                                    new ApiKeysApi(keys, origin),
                                    new InvitationsApi(accounts, invitations, origin),
                                    new AuditApi(database),
                                    new WorkspacesApi(workspaces, origin),
                                    new KeysApi(key)),
                            database::check);
            var sweeps = Round.every(SWEEP_PERIOD, "auth-sweep", sessions::sweep);
            return new Auth(database, cutOffs, passwords, sweeps, server);
        } catch (RuntimeException e) {
            passwords.close();
            cutOffs.close();
            throw e;
        }
    }

    /** Throws while PostgreSQL does not answer; without Redis people can still sign in. */
    public void check() {
        database.check();
    }

    /** The port that it listens on. */
    public int port() {
        return server.port();
    }

    /** Every route of the HTTP server. */
    List<Route> routes() {
        return server.routes();
    }

    /** Stops accepting, gives running requests 2 s, closes the database. */
    @Override
    public void close() {
        server.close();
        sweeps.close();
        passwords.close();
        cutOffs.close();
        database.close();
    }
}
