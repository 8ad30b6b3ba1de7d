package io.streamwire.standalone;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * PostgreSQL and Redis as an operator has them: programs of the host, PostgreSQL 15 where there is
 * one, empty, on loopback, each with a password.
 */
final class HostServers implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String USER = "streamwire";
    private static final List<String> DATABASES =
            List.of("auth_db", "tiktok_db", "rules_db", "device_db");

    private final String password = UUID.randomUUID().toString();
    private final int postgresPort;
    private final int redisPort;
    private final Path directory;
    private final List<Process> processes = new ArrayList<>();

    private List<String> servePostgres = List.of();

    /** To be prepared and then started. */
    HostServers(int postgresPort, int redisPort) throws IOException {
        this.postgresPort = postgresPort;
        this.redisPort = redisPort;
        this.directory = Files.createTempDirectory("streamwire-servers");
    }

    /** Starts both and makes the databases. */
    void start() throws IOException {
        startRedis();
        processes.add(background("postgres", servePostgres));
        Wait.until(PATIENCE, "PostgreSQL has the databases", this::createsDatabases);
    }

    String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(postgresPort, database);
    }

    String user() {
        return USER;
    }

    String password() {
        return password;
    }

    String redisUrl() {
        return "redis://:%s@127.0.0.1:%d".formatted(password, redisPort);
    }

    /** As {@code server_version} of PostgreSQL has it. */
    String postgresVersion() throws SQLException {
        try (var connection = DriverManager.getConnection(jdbcUrl("auth_db"), USER, password)) {
            return connection.getMetaData().getDatabaseProductVersion();
        }
    }

    private void startRedis() throws IOException {
        var data = Files.createDirectory(directory.resolve("redis"));
        processes.add(
                background(
                        "redis",
                        List.of(
                                directoryOf("redis-server", "REDIS_BIN", Stream.of("/usr/bin"))
                                        .resolve("redis-server")
                                        .toString(),
                                "--port",
                                Integer.toString(redisPort),
                                "--bind",
                                "127.0.0.1",
                                "--requirepass",
                                password,
                                "--dir",
                                data.toString(),
                                "--appendonly",
                                "yes",
                                "--save",
                                "",
                                "--maxmemory-policy",
                                "noeviction")));
    }

    /** Makes the files of PostgreSQL. */
    void prepare() throws IOException, InterruptedException {
        var programs = postgresPrograms();
        var home = Files.createDirectory(directory.resolve("postgres"));
        var secret = Files.writeString(home.resolve("password"), password);
        var unprivileged = unprivileged(home, secret);
        var data = home.resolve("data").toString();
        var initialise = new ArrayList<>(unprivileged);
        initialise.addAll(
                List.of(
                        programs.resolve("initdb").toString(),
                        "--pgdata=" + data,
                        "--username=" + USER,
                        "--pwfile=" + secret,
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--no-sync"));
        var initialised = background("initdb", initialise);
        if (!initialised.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                || initialised.exitValue() != 0) {
            throw new AssertionError("initdb failed: " + said("initdb"));
        }
        var serve = new ArrayList<>(unprivileged);
        serve.addAll(
                List.of(
                        programs.resolve("postgres").toString(),
                        "-D",
                        data,
                        "-p",
                        Integer.toString(postgresPort),
                        "-c",
                        "listen_addresses=127.0.0.1",
                        "-c",
                        "unix_socket_directories=",
                        "-c",
                        "fsync=off"));
        servePostgres = List.copyOf(serve);
    }

    private boolean createsDatabases() {
        try (var connection = DriverManager.getConnection(jdbcUrl("postgres"), USER, password);
                var statement = connection.createStatement()) {
            for (var database : DATABASES) {
                statement.execute("CREATE DATABASE " + database);
            }
            return true;
        } catch (SQLException e) {
            if (processes.getLast().isAlive() && String.valueOf(e.getSQLState()).startsWith("08")) {
                return false;
            }
            return String.valueOf(e.getSQLState()).equals("57P03") // it is starting up
                    ? false
                    : fail(e);
        }
    }

    private boolean fail(SQLException e) {
        throw new AssertionError(e.getMessage() + ": " + said("postgres"), e);
    }

    /** PostgreSQL refuses to run as root; where its package made a user, it is that one's. */
    private static List<String> unprivileged(Path... files) throws IOException {
        if (!"root".equals(System.getProperty("user.name"))) {
            return List.of();
        }
        var owner =
                files[0].getFileSystem()
                        .getUserPrincipalLookupService()
                        .lookupPrincipalByName("postgres");
        for (var file : files) {
            Files.setOwner(file, owner);
        }
        Files.setOwner(files[0].getParent(), owner);
        return List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups");
    }

    private static Path postgresPrograms() {
        return directoryOf(
                "initdb",
                "PG_BIN",
                Stream.of(
                        "/usr/lib/postgresql/15/bin",
                        "/usr/pgsql-15/bin",
                        "/usr/lib/postgresql/16/bin",
                        "/usr/lib/postgresql/17/bin",
                        "/usr/lib/postgresql/18/bin"));
    }

    /** Where a program of the host is: the environment says it, a usual place, or on the path. */
    private static Path directoryOf(String program, String variable, Stream<String> places) {
        var said = Stream.ofNullable(System.getenv(variable));
        var path = Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1));
        return Stream.of(said, places, path)
                .flatMap(directories -> directories)
                .map(Path::of)
                .filter(directory -> Files.isExecutable(directory.resolve(program)))
                .findFirst()
                .orElseThrow(() ->
                        new AssertionError(
                                "no %s: install it (Debian: postgresql-15, redis-server), or set %s"
                                                .formatted(program, variable)
                                        + " to the directory that it is in"));
    }

    private Process background(String name, List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log(name).toFile())
                .start();
    }

    private static void end(Process process) {
        process.destroy();
        if (!process.onExit()
                .orTimeout(10, TimeUnit.SECONDS)
                .handle((_, late) -> late == null)
                .join()) {
            process.destroyForcibly().onExit().join();
        }
    }

    private Path log(String name) {
        return directory.resolve(name + ".log");
    }

    private String said(String name) {
        try {
            return Files.readString(log(name));
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() throws IOException {
        processes.reversed().forEach(HostServers::end);
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path visited, IOException failure)
                            throws IOException {
                        Files.delete(visited);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
