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

/** PostgreSQL with our databases in it. */
final class Postgres implements Server.Program {

    static final String USER = "streamwire";

    private static final String ADMIN = "postgres";
    private static final List<String> DATABASES =
            List.of("auth_db", "tiktok_db", "rules_db", "device_db");
    private static final String CANNOT_CONNECT_NOW = "57P03"; // starting up or recovering
    private static final String CONNECTION_FAILED = "08"; // class of SQL states

    private final Path data;
    private final Path programs;
    private final Path log;
    private final boolean durable;
    private final List<String> unprivileged;
    private final Path adminFile;
    private final String admin;
    private final String password;

    private Postgres(DataDirectory directory, Path programs, boolean durable) {
        this.data = directory.path().resolve("postgres");
        this.programs = programs;
        this.log = directory.path().resolve("postgres.log");
        this.durable = durable;
        this.unprivileged = unprivileged();
        this.adminFile = directory.secretFile("postgres-admin");
        this.admin = directory.secret("postgres-admin");
        this.password = directory.secret("postgres");
    }

    /** Stops what a killed run left, makes the databases when missing, and starts. */
    static Server start(DataDirectory directory, EmbeddedSettings settings, Path programs) {
        Postgres postgres = new Postgres(directory, programs, settings.durable());
        ServerProcess.stopOrphan(
                postgres.name(),
                postgres.data.resolve("postmaster.pid"),
                "postgres",
                postgres.data,
                postgres.stopSignal(),
                postgres.strongerSignal());
        if (!Files.isDirectory(postgres.data)) {
            postgres.initialise();
        }
        Server server = Server.start(postgres, settings.ports().postgres());
        try {
            postgres.createDatabases(server.port());
            return server;
        } catch (SQLException e) {
            server.close();
            throw new EmbeddedException("cannot create the databases: " + e.getMessage(), e);
        }
    }

    static String jdbcUrl(int port, String database) {
        return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database);
    }

    @Override
    public String name() {
        return "PostgreSQL";
    }

    @Override
    public String portSetting() {
        return "embedded.postgres-port";
    }

    @Override
    public Path log() {
        return log;
    }

    @Override
    public String stopSignal() {
        return "INT"; // fast shutdown: does not wait for clients
    }

    @Override
    public String strongerSignal() {
        return "QUIT"; // immediate shutdown: recovers at the next start
    }

    /** The children of a killed server take a moment to end. */
    @Override
    public boolean mayPass(String lastWords) {
        return lastWords.contains("pre-existing shared memory block");
    }

    @Override
    public String explain(String lastWords) {
        return "PostgreSQL does not start: %s (see %s)".formatted(lastWords, log);
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
    private void initialise() {
        Path draft = data.resolveSibling("postgres.draft");
        DataDirectory.delete(draft);
        List<String> command = new ArrayList<>(unprivileged);
        command.addAll(
                List.of(
                        programs.resolve("bin/initdb").toString(),
                        "--pgdata=" + draft,
                        "--username=" + ADMIN,
                        "--pwfile=" + adminFile,
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        // The same order of text on every machine, whatever its C library.
                        "--locale-provider=builtin",
                        "--builtin-locale=C.UTF-8",
                        "--locale=C",
                        "--no-instructions",
                        "--data-checksums"));
        if (!durable) {
            command.add("--no-sync");
        }
        ServerProcess.run("initdb", command, log);
        try {
            Files.move(draft, data, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new EmbeddedException("cannot rename " + draft, e);
        }
    }

    @Override
    public List<String> command(int port) {
        List<String> command = new ArrayList<>(unprivileged);
        command.addAll(List.of(programs.resolve("bin/postgres").toString(), "-D", data.toString()));
        serverSettings(port).forEach(each -> command.addAll(List.of("-c", each)));
        return command;
    }

    private List<String> serverSettings(int port) {
        String toDisk = durable ? "on" : "off";
        return List.of(
                "port=" + port,
                "listen_addresses=127.0.0.1",
                "unix_socket_directories=",
                "fsync=" + toDisk,
                "synchronous_commit=" + toDisk,
                "full_page_writes=" + toDisk,
                "max_connections=100",
                "password_encryption=scram-sha-256",
                "log_checkpoints=off",
                "timezone=UTC",
                "log_timezone=UTC");
    }

    @Override
    public boolean answers(int port) {
        try (Connection connection = connect(port)) {
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

    private Connection connect(int port) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", ADMIN);
        properties.setProperty("password", admin);
        properties.setProperty("connectTimeout", "2"); // s
        return DriverManager.getConnection(jdbcUrl(port, "postgres"), properties);
    }

    private void createDatabases(int port) throws SQLException {
        try (Connection connection = connect(port);
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
}
