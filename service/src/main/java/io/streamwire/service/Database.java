package io.streamwire.service;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import io.helidon.dbclient.DbClient;
import io.helidon.dbclient.DbClientException;
import io.helidon.dbclient.DbStatements;
import io.helidon.dbclient.DbTransaction;
import io.helidon.dbclient.jdbc.JdbcClientBuilder;
import io.helidon.dbclient.jdbc.JdbcConnectionPool;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * One service's PostgreSQL database: migrated by Flyway on opening, used through Helidon's DbClient
 * with named statements. Migrations ({@code V1__name.sql}) and statements ({@code statements.yaml},
 * name to SQL) lie in {@code classpath:/io/streamwire/{service}/db}.
 */
public final class Database implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Database.class.getName());
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration SAY_AGAIN = Duration.ofMinutes(1);
    private static final Duration RETRY = Duration.ofMillis(500);

    private final HikariDataSource pool;
    private final DbClient client;

    private Database(HikariDataSource pool, DbClient client) {
        this.pool = pool;
        this.client = client;
    }

    /**
     * Connects and migrates; waits up to {@code database.wait} for PostgreSQL.
     *
     * @throws ConfigurationException when a setting is wrong or PostgreSQL did not come
     */
    public static Database open(Config config, String service) {
        var place = "io/streamwire/" + service + "/db";
        var pool = pool(config, service);
        try {
            migrate(pool, place, Configuration.duration(config, "database.wait"), service);
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
        var client =
                JdbcClientBuilder.create()
                        .connectionPool(connections(pool))
                        .statements(statements(place))
                        .build();
        return new Database(pool, client);
    }

    /** Counts its connections from now on. */
    public void measure(Metrics metrics) {
        pool.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(metrics.registry()));
    }

    /** Runs the named statements. */
    public DbClient client() {
        return client;
    }

    /**
     * Runs work in one transaction: committed when it returns, rolled back when it throws.
     *
     * @param work must consume its result streams
     */
    public <T> T transaction(Function<DbTransaction, T> work) {
        var transaction = client.transaction();
        try {
            T result = work.apply(transaction);
            transaction.commit();
            return result;
        } catch (RuntimeException | Error e) {
            try {
                transaction.rollback();
            } catch (RuntimeException rollback) {
                e.addSuppressed(rollback);
            }
            throw e;
        }
    }

    /**
     * Writes many rows in one statement, which reads them with {@code FROM
     * jsonb_to_recordset(CAST(convert_from(:rows, 'UTF8') AS jsonb))}. As bytes, since a large text
     * would be copied several times, each as one large object of the heap.
     *
     * @param jsonArray one object per row, in UTF-8
     * @return the rows that the statement changed
     */
    public long batch(String statementName, byte[] jsonArray) {
        return client.execute()
                .createNamedDmlStatement(statementName)
                .addParam("rows", jsonArray)
                .execute();
    }

    /**
     * Asks PostgreSQL for an answer.
     *
     * @throws DbClientException when there is none within 2 s
     */
    public void check() {
        try (var connection = pool.getConnection()) {
            if (!connection.isValid((int) CONNECT_TIMEOUT.toSeconds())) {
                throw new DbClientException("PostgreSQL does not answer");
            }
        } catch (SQLException e) {
            throw new DbClientException("PostgreSQL does not answer", e);
        }
    }

    /** Closes every connection. */
    @Override
    public void close() {
        client.close();
        pool.close();
    }

    private static HikariDataSource pool(Config config, String service) {
        var url = Configuration.text(config, "database.url");
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new ConfigurationException(
                    "database.url must begin with jdbc:postgresql: (environment DATABASE_URL)");
        }
        var settings = new HikariConfig();
        settings.setPoolName(service);
        settings.setJdbcUrl(url);
        Configuration.optional(config, "database.user").ifPresent(settings::setUsername);
        Configuration.optional(config, "database.password").ifPresent(settings::setPassword);
        int size = (int) Configuration.number(config, "database.pool-size", 1, 200);
        settings.setMaximumPoolSize(size);
        settings.setMinimumIdle(1);
        settings.setConnectionTimeout(CONNECT_TIMEOUT.toMillis());
        settings.setInitializationFailTimeout(-1);
        settings.addDataSourceProperty("ApplicationName", "streamwire-" + service);
        settings.addDataSourceProperty("socketTimeout", SOCKET_TIMEOUT.toSeconds());
        settings.addDataSourceProperty("tcpKeepAlive", "true");
        return new HikariDataSource(settings);
    }

    private static void migrate(
            HikariDataSource pool, String place, Duration wait, String service) {
        var flyway =
                Flyway.configure()
                        .dataSource(pool)
                        .locations("classpath:" + place)
                        .failOnMissingLocations(true)
                        .cleanDisabled(true)
                        .load();
        awaitAnswer(pool, wait, service);
        try {
            flyway.migrate();
        } catch (FlywayException e) {
            throw new ConfigurationException(
                    "the database of %s cannot be migrated: %s".formatted(service, e.getMessage()));
        }
    }

    private static void awaitAnswer(HikariDataSource pool, Duration wait, String service) {
        long deadline = System.nanoTime() + wait.toNanos();
        long sayAt = System.nanoTime();
        while (true) {
            try (var connection = pool.getConnection()) {
                if (connection.isValid((int) CONNECT_TIMEOUT.toSeconds())) {
                    return;
                }
            } catch (SQLException e) {
                var reason = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
                long now = System.nanoTime();
                if (now - deadline > 0) {
                    throw new ConfigurationException(
                            "the database of %s did not answer within %d s: %s"
                                    .formatted(service, wait.toSeconds(), reason));
                }
                if (now - sayAt >= 0) {
                    LOG.log(
                            Level.WARNING,
                            "service={0} database=waiting why=\"{1}\"",
                            service,
                            reason);
                    sayAt = now + SAY_AGAIN.toNanos();
                }
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(RETRY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConfigurationException("interrupted while waiting for the database");
        }
    }

    private static DbStatements statements(String place) {
        var source =
                Config.builder()
                        .disableEnvironmentVariablesSource()
                        .disableSystemPropertiesSource()
                        .disableKeyResolving()
                        .disableValueResolving()
                        .addSource(ConfigSources.classpath(place + "/statements.yaml"))
                        .build();
        return DbStatements.create(source);
    }

    private static JdbcConnectionPool connections(HikariDataSource pool) {
        return new JdbcConnectionPool() {
            @Override
            public Connection connection() {
                try {
                    return pool.getConnection();
                } catch (SQLException e) {
                    throw new DbClientException("no connection to PostgreSQL", e);
                }
            }

            @Override
            public String dbType() {
                return "jdbc:postgresql";
            }
        };
    }
}
