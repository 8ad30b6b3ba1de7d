package io.streamwire.embedded;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A real PostgreSQL 18 and a real Redis 6.2 on loopback, whose data survive restarts and kill -9.
 *
 * <p>The databases auth_db, tiktok_db, rules_db and device_db exist and belong to one user, who may
 * create more.
 */
public final class Embedded implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Embedded.class.getName());

    private static final Duration WATCH = Duration.ofMillis(200);
    private static final Duration REVIVE_PAUSE = Duration.ofSeconds(2);

    private final DataDirectory directory;
    private final Server postgres;
    private final Server redis;
    private final String databasePassword;
    private final boolean temporary;
    private final Thread watcher;
    private boolean closed; // guarded by this

    private Embedded(DataDirectory directory, Server postgres, Server redis, boolean temporary) {
        this.directory = directory;
        this.temporary = temporary;
        this.postgres = postgres;
        this.redis = redis;
        this.databasePassword = directory.secret("postgres");
        this.watcher = Thread.ofVirtual().name("embedded-watcher").unstarted(this::watch);
    }

    /**
     * Starts both with safe settings.
     *
     * @throws EmbeddedException with one line that says why not
     */
    public static Embedded start(Path dataDirectory, EmbeddedPorts ports) {
        return start(EmbeddedSettings.in(dataDirectory).withPorts(ports));
    }

    /**
     * Starts both; stops first what a killed run has left behind.
     *
     * @throws EmbeddedException with one line that says why not
     */
    public static Embedded start(EmbeddedSettings settings) {
        return start(settings, false);
    }

    private static Embedded start(EmbeddedSettings settings, boolean temporary) {
        DataDirectory directory = DataDirectory.open(settings.dataDirectory());
        try {
            return start(settings, directory, temporary);
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    private static Embedded start(
            EmbeddedSettings settings, DataDirectory directory, boolean temporary) {
        long begin = System.nanoTime();
        Programs programs = new Programs(settings.programs());
        Server redis = Redis.start(directory, settings, programs.redis());
        try {
            Server postgres = Postgres.start(directory, settings, programs.postgres());
            LOG.log(
                    Level.INFO,
                    "embedded.started data_dir={0} postgres_port={1,number,#} redis_port={2,number,#}"
                            + " ms={3,number,#}",
                    directory.path(),
                    postgres.port(),
                    redis.port(),
                    (System.nanoTime() - begin) / 1_000_000);
            Embedded embedded = new Embedded(directory, postgres, redis, temporary);
            embedded.watcher.start();
            return embedded;
        } catch (RuntimeException e) {
            redis.close();
            throw e;
        }
    }

    /**
     * Starts both for a test: empty, not durable, any free ports, in a temporary directory that is
     * deleted on close or, if nobody closes it, when the JVM ends.
     */
    public static Embedded startTemporary() {
        Path data;
        try {
            data = Files.createTempDirectory("streamwire-embedded-");
        } catch (IOException e) {
            throw new EmbeddedException("cannot make a temporary directory", e);
        }
        Embedded embedded =
                start(EmbeddedSettings.in(data).withPrograms(sharedPrograms()).notDurable(), true);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(embedded::close));
        return embedded;
    }

    /**
     * Deletes what the servers of a directory have kept; not their programs, logs and secrets.
     *
     * @throws EmbeddedException when somebody uses it now
     */
    public static void empty(Path dataDirectory) {
        try (DataDirectory directory = DataDirectory.open(dataDirectory)) {
            DataDirectory.delete(directory.path().resolve("redis"));
            DataDirectory.delete(directory.path().resolve("postgres"));
        }
    }

    /** A place in the user's cache, so that not every test unpacks the programs again. */
    static Path sharedPrograms() {
        Path cache =
                Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                        .filter(value -> !value.isBlank())
                        .map(Path::of)
                        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"));
        return cache.resolve("streamwire").resolve("programs");
    }

    /** The directory that holds everything, as its real path. */
    public Path dataDirectory() {
        return directory.path();
    }

    /** The JDBC URL of a database; it holds no password. */
    public String jdbcUrl(String database) {
        return Postgres.jdbcUrl(postgres.port(), database);
    }

    public String databaseUser() {
        return Postgres.USER;
    }

    public String databasePassword() {
        return databasePassword;
    }

    /**
     * A generated secret of 48 hexadecimal digits, made at the first call and kept in the data
     * directory where only its owner may read it.
     *
     * @param name a file name
     */
    public String secret(String name) {
        return directory.secret(name);
    }

    /** With the password, so never to be logged. */
    public URI redisUrl() {
        return URI.create(
                "redis://:%s@127.0.0.1:%d".formatted(directory.secret("redis"), redis.port()));
    }

    /**
     * Throws when one of the servers has ended.
     *
     * @throws EmbeddedException naming the server
     */
    public void check() {
        if (!postgres.alive()) {
            throw new EmbeddedException("PostgreSQL has ended");
        }
        if (!redis.alive()) {
            throw new EmbeddedException("Redis has ended");
        }
    }

    /** Starts again what ends by itself, for example because the machine was out of memory. */
    private void watch() {
        try {
            while (true) {
                Thread.sleep(WATCH);
                for (Server server : List.of(redis, postgres)) {
                    if (!server.alive()) {
                        revive(server);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // by close
        }
    }

    private static void revive(Server server) throws InterruptedException {
        LOG.log(Level.WARNING, "embedded.ended server={0}", server.name());
        try {
            server.revive();
            LOG.log(Level.INFO, "embedded.revived server={0}", server.name());
        } catch (EmbeddedException e) {
            LOG.log(
                    Level.ERROR,
                    "embedded.revival_failed server={0} why=\"{1}\"",
                    server.name(),
                    e.getMessage());
            Thread.sleep(REVIVE_PAUSE);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops both at once, usually within a second; stopping twice is fine. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        watcher.interrupt();
        join(watcher);
        try (directory) {
            LOG.log(Level.INFO, "embedded.stopping data_dir={0}", directory.path());
            Thread stopping = Thread.startVirtualThread(redis::close);
            postgres.close();
            join(stopping);
        } finally {
            if (temporary) {
                DataDirectory.delete(directory.path());
            }
        }
    }
}
