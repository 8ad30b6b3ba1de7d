package io.streamwire.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** PostgreSQL on loopback with our databases in it. */
final class PostgresServer implements AutoCloseable {

    static final String PORT_SETTING = "embedded.postgres-port";
    static final String USER = "streamwire";

    private static final String NAME = "PostgreSQL";
    private static final String ADMIN = "postgres";
    private static final List<String> DATABASES =
            List.of("auth_db", "tiktok_db", "rules_db", "device_db");
    private static final int ATTEMPTS = 20;
    private static final String CANNOT_CONNECT_NOW = "57P03"; // starting up or recovering
    private static final String CONNECTION_FAILED = "08"; // class of SQL states

    private final ServerProcess process;
    private final int port;

    private PostgresServer(ServerProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    static PostgresServer start(DataDirectory directory, EmbeddedSettings settings, Path programs) {
        Path data = directory.path().resolve("postgres");
        Path log = directory.path().resolve("postgres.log");
        stopOrphan(data);
        String admin = directory.secret("postgres-admin");
        List<String> unprivileged = unprivileged();
        if (!Files.isDirectory(data)) {
            initialise(directory, data, settings, programs, log, unprivileged);
        }
        PostgresServer server = launch(data, settings, programs, log, unprivileged, admin);
        try {
            createDatabases(server.port, admin, directory.secret("postgres"));
            return server;
        } catch (SQLException e) {
            server.close();
            throw new EmbeddedException("cannot create the databases: " + e.getMessage(), e);
        }
    }

    private static void stopOrphan(Path data) {
        // INT is PostgreSQL's fast shutdown, QUIT its immediate one.
        ServerProcess.stopOrphan(
                NAME, data.resolve("postmaster.pid"), "postgres", data, "INT", "QUIT");
    }

    /**
     * PostgreSQL refuses to run as root, so root runs it in a user namespace without privileges.
     */
    private static List<String> unprivileged() {
        try {
            Path self = Path.of("/proc/self");
            if (!Files.exists(self)
                    || !Integer.valueOf(0).equals(Files.getAttribute(self, "unix:uid"))) {
                return List.of();
            }
            if (new ProcessBuilder("unshare", "-U", "true").start().waitFor() == 0) {
                return List.of("unshare", "-U");
            }
        } catch (IOException e) {
            throw new EmbeddedException(
                    "PostgreSQL does not run as root, and unshare is missing", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new EmbeddedException(
                "PostgreSQL does not run as root, and this system allows no user namespace:"
                        + " start Streamwire as an ordinary user");
    }

    /** Into a draft that is renamed when whole, so that a killed initdb leaves nothing behind. */
    private static void initialise(
            DataDirectory directory,
            Path data,
            EmbeddedSettings settings,
            Path programs,
            Path log,
            List<String> unprivileged) {
        Path draft = data.resolveSibling("postgres.draft");
        DataDirectory.delete(draft);
        List<String> command = new ArrayList<>(unprivileged);
        command.addAll(
                List.of(
                        programs.resolve("bin/initdb").toString(),
                        "--pgdata=" + draft,
                        "--username=" + ADMIN,
                        "--pwfile=" + directory.secretFile("postgres-admin"),
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        // The same order of text on every machine, whatever its C library.
                        "--locale-provider=builtin",
                        "--builtin-locale=C.UTF-8",
                        "--locale=C",
                        "--no-instructions",
                        "--data-checksums"));
        if (!settings.durable()) {
            command.add("--no-sync");
        }
        ServerProcess.run("initdb", command, log);
        try {
            Files.move(draft, data, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new EmbeddedException("cannot rename " + draft, e);
        }
    }

    private static PostgresServer launch(
            Path data,
            EmbeddedSettings settings,
            Path programs,
            Path log,
            List<String> unprivileged,
            String admin) {
        int wanted = settings.ports().postgres();
        String failure = "";
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ServerProcess.freePort(wanted, PORT_SETTING);
            List<String> command = new ArrayList<>(unprivileged);
            command.addAll(
                    List.of(programs.resolve("bin/postgres").toString(), "-D", data.toString()));
            serverSettings(settings, port).forEach(each -> command.addAll(List.of("-c", each)));
            ServerProcess process = ServerProcess.spawn(NAME, command, log);
            String lastWords = process.awaitReady(() -> accepts(port, admin));
            if (lastWords == null) {
                return new PostgresServer(process, port);
            }
            failure = lastWords;
            if (!mayPass(failure, wanted)) {
                break;
            }
        }
        if (failure.contains("Address already in use")) {
            throw ServerProcess.portTaken(wanted, PORT_SETTING);
        }
        throw new EmbeddedException(
                "PostgreSQL does not start: %s (see %s)".formatted(failure, log));
    }

    private static List<String> serverSettings(EmbeddedSettings settings, int port) {
        String durable = settings.durable() ? "on" : "off";
        return List.of(
                "port=" + port,
                "listen_addresses=127.0.0.1",
                "unix_socket_directories=",
                "fsync=" + durable,
                "synchronous_commit=" + durable,
                "full_page_writes=" + durable,
                "max_connections=100",
                "password_encryption=scram-sha-256",
                "log_checkpoints=off",
                "timezone=UTC",
                "log_timezone=UTC");
    }

    /** Somebody took the free port before us, or the children of a killed server still end. */
    private static boolean mayPass(String failure, int wantedPort) {
        return (wantedPort == 0 && failure.contains("Address already in use"))
                || failure.contains("pre-existing shared memory block");
    }

    private static boolean accepts(int port, String password) {
        try (Connection connection = connect(port, ADMIN, password)) {
            return connection.isValid(1);
        } catch (SQLException e) {
            String state = e.getSQLState();
            if (state != null
                    && (state.equals(CANNOT_CONNECT_NOW) || state.startsWith(CONNECTION_FAILED))) {
                return false;
            }
            throw new EmbeddedException("PostgreSQL refuses us: " + e.getMessage(), e);
        }
    }

    private static Connection connect(int port, String user, String password) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("connectTimeout", "2"); // s
        return DriverManager.getConnection(jdbcUrl(port, "postgres"), properties);
    }

    private static void createDatabases(int port, String adminPassword, String password)
            throws SQLException {
        try (Connection connection = connect(port, ADMIN, adminPassword);
                Statement statement = connection.createStatement()) {
            if (!exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = ?", USER)) {
                statement.execute(
                        "CREATE ROLE %s LOGIN CREATEDB PASSWORD '%s'".formatted(USER, password));
            }
            for (String database : DATABASES) {
                if (!exists(connection, "SELECT 1 FROM pg_database WHERE datname = ?", database)) {
                    statement.execute("CREATE DATABASE %s OWNER %s".formatted(database, USER));
                }
            }
        }
    }

    private static boolean exists(Connection connection, String query, String name)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    private static String jdbcUrl(int port, String database) {
        return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database);
    }

    String jdbcUrl(String database) {
        return jdbcUrl(port, database);
    }

    int port() {
        return port;
    }

    boolean alive() {
        return process.alive();
    }

    @Override
    public void close() {
        process.stop("INT", "QUIT");
    }
}
