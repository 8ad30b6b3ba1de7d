package io.streamwire.rules;

import io.streamwire.bus.Bus;
import io.streamwire.contract.Ids;
import io.streamwire.service.Configuration;
import io.streamwire.service.Role;
import io.streamwire.service.SigningKey;
import io.streamwire.service.TokenVerifier;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;

/** The whole service on real parts, and members of workspaces who call it. */
final class RulesServer implements AutoCloseable {

    final Bus bus = Servers.bus();

    private final SigningKey key = SigningKey.generate("test");
    private final Rules rules =
            Rules.start(
                    Configuration.load(
                            Map.of(
                                    "rules.port", "0",
                                    "rules.refresh", "100ms",
                                    "database.url", Servers.EMBEDDED.jdbcUrl("rules_db"),
                                    "database.user", Servers.EMBEDDED.databaseUser(),
                                    "database.password", Servers.EMBEDDED.databasePassword()),
                            null),
                    bus,
                    TokenVerifier.trusting(key));

    /** An admin of a new workspace. */
    Client admin() {
        return client(Role.ADMIN, Ids.next());
    }

    Client client(Role role, UUID workspaceId) {
        return Client.of(rules.port(), workspaceId, role, key);
    }

    static void sql(String statement) throws SQLException {
        try (var connection = connection();
                var sql = connection.createStatement()) {
            sql.execute(statement);
        }
    }

    /** What a query that counts says. */
    static long count(String query) throws SQLException {
        try (var connection = connection();
                var sql = connection.createStatement();
                var rows = sql.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static Connection connection() throws SQLException {
        return DriverManager.getConnection(
                Servers.EMBEDDED.jdbcUrl("rules_db"),
                Servers.EMBEDDED.databaseUser(),
                Servers.EMBEDDED.databasePassword());
    }

    @Override
    public void close() {
        rules.close();
        bus.close();
    }
}
