package io.streamwire.standalone;

import io.streamwire.contract.CommandState;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Json;
import io.streamwire.embedded.Embedded;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * What the hub's databases hold about what happened: the truth that a demo and a bench are judged
 * by.
 */
final class Ledger implements AutoCloseable {

    private final Connection events;
    private final Connection rules;
    private final Connection devices;

    /** One command as it was written down. */
    record Command(UUID id, CommandState state, String reason, Hops hops) {}

    /** The JDBC URL of a database by its name, and who may read it. */
    Ledger(UnaryOperator<String> jdbcUrl, String user, String password) throws SQLException {
        events = DriverManager.getConnection(jdbcUrl.apply("tiktok_db"), user, password);
        rules = DriverManager.getConnection(jdbcUrl.apply("rules_db"), user, password);
        devices = DriverManager.getConnection(jdbcUrl.apply("device_db"), user, password);
    }

    static Ledger of(Embedded embedded) throws SQLException {
        return new Ledger(embedded::jdbcUrl, embedded.databaseUser(), embedded.databasePassword());
    }

    /** The ids of the events of a livestream, each as often as it was written down. */
    List<UUID> eventIds(UUID livestreamId) throws SQLException {
        var sql = "SELECT id FROM event_logs WHERE livestream_id = ?";
        try (var statement = query(events, sql, livestreamId);
                var rows = statement.executeQuery()) {
            var ids = new ArrayList<UUID>();
            while (rows.next()) {
                ids.add(rows.getObject(1, UUID.class));
            }
            return ids;
        }
    }

    /** Events of a livestream. */
    long events(UUID livestreamId) throws SQLException {
        return count(
                events, "SELECT count(*) FROM event_logs WHERE livestream_id = ?", livestreamId);
    }

    /** Actions that the rules of a workspace decided. */
    long actions(UUID workspaceId) throws SQLException {
        return count(
                rules,
                "SELECT coalesce(sum(cardinality(action_ids)), 0) FROM rule_executions"
                        + " WHERE workspace_id = ?",
                workspaceId);
    }

    /** Commands of a workspace that are not in a final state yet. */
    long pending(UUID workspaceId) throws SQLException {
        return count(
                devices,
                "SELECT count(*) FROM command_queue WHERE workspace_id = ?"
                        + " AND state IN ('queued', 'sent', 'accepted', 'started')",
                workspaceId);
    }

    /** Commands of a workspace, in whatever state. */
    long commandCount(UUID workspaceId) throws SQLException {
        return count(
                devices, "SELECT count(*) FROM command_queue WHERE workspace_id = ?", workspaceId);
    }

    List<Command> commands(UUID workspaceId) throws SQLException {
        var sql = "SELECT id, state, reason, hops FROM command_queue WHERE workspace_id = ?";
        try (var statement = query(devices, sql, workspaceId);
                var rows = statement.executeQuery()) {
            var commands = new ArrayList<Command>();
            while (rows.next()) {
                commands.add(command(rows));
            }
            return commands;
        }
    }

    private static Command command(ResultSet row) throws SQLException {
        var reason = row.getString("reason");
        return new Command(
                row.getObject("id", UUID.class),
                CommandState.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                reason == null ? "" : reason,
                Json.read(row.getString("hops"), Hops.class));
    }

    private static long count(Connection database, String sql, UUID of) throws SQLException {
        try (var statement = query(database, sql, of);
                var rows = statement.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static PreparedStatement query(Connection database, String sql, UUID of)
            throws SQLException {
        var statement = database.prepareStatement(sql);
        statement.setObject(1, of);
        return statement;
    }

    @Override
    public void close() throws SQLException {
        try (events;
                rules;
                devices) {
            // Only to be closed.
        }
    }
}
