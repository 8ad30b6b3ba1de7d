package io.streamwire.auth;

import io.helidon.config.Config;
import io.streamwire.bus.Bus;
import io.streamwire.bus.BusSettings;
import io.streamwire.embedded.Embedded;
import io.streamwire.service.Configuration;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The real PostgreSQL and Redis, once for all tests, and one auth that they share. */
final class Infrastructure {

    static final String SECRET = "a secret of at least thirty-two characters";

    private static final Embedded EMBEDDED = Embedded.startTemporary();
    static final Bus BUS = Bus.connect(BusSettings.of(EMBEDDED.redisUrl()));
    static final Auth AUTH = start(Map.of());

    private Infrastructure() {}

    /** Another instance on the same database, with settings of its own. */
    static Auth start(Map<String, String> settings) {
        return Auth.start(config(settings), BUS);
    }

    static Config config(Map<String, String> settings) {
        var all = new HashMap<String, String>();
        all.put("auth.port", "0");
        all.put("auth.login-attempts", "1000");
        all.put("auth.login-attempts-per-address", "100000");
        all.put("service.secret", SECRET);
        all.put("auth.hash-memory", "1"); // so many people sign in here
        all.put("database.url", EMBEDDED.jdbcUrl("auth_db"));
        all.put("database.user", EMBEDDED.databaseUser());
        all.put("database.password", EMBEDDED.databasePassword());
        all.put("database.pool-size", "10");
        all.putAll(settings);
        return Configuration.load(all, null);
    }

    /** The values of a query's only column. */
    static List<String> query(String sql) {
        try (var connection = connect();
                var rows = connection.createStatement().executeQuery(sql)) {
            var values = new ArrayList<String>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Begins a transaction with a change, for the caller to commit. */
    static Connection begin(String sql) throws SQLException {
        var connection = connect();
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
        return connection;
    }

    static void execute(String sql) {
        try (var connection = connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Connection connect() throws SQLException {
        return DriverManager.getConnection(
                EMBEDDED.jdbcUrl("auth_db"), EMBEDDED.databaseUser(), EMBEDDED.databasePassword());
    }
}
