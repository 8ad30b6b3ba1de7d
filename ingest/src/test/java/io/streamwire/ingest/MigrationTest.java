package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import java.util.TreeSet;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A database with many events is brought up to date without keeping them from being written. */
@Timeout(60)
class MigrationTest {

    private static final String DATABASE = "migrated_db";
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuuMMdd");

    @BeforeEach
    void create() throws SQLException {
        execute("tiktok_db", "CREATE DATABASE " + DATABASE);
    }

    @AfterEach
    void drop() throws SQLException {
        execute("tiktok_db", "DROP DATABASE " + DATABASE + " WITH (FORCE)");
    }

    @Test
    void onlySmallPartitionsGetTheIndexOfViewersAndAllNewOnes() throws SQLException {
        var today = LocalDate.now(ZoneOffset.UTC);
        migrate("2");
        execute(DATABASE, "SELECT maintain_event_logs(30)");
        execute(
                DATABASE,
                """
                INSERT INTO event_logs SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(),
                    'tiktok.comment', '1', '71', 'ada', 'Ada', '[]', '{"text":"hi"}', false, false,
                    '%sT12:00:00Z', now(), 0
                FROM generate_series(1, 10000)
                """
                        .formatted(today));

        migrate("latest");

        assertThat(indexed())
                .contains("event_logs_default", partition(today.plusDays(1)))
                .doesNotContain(partition(today));
        execute(DATABASE, "DROP TABLE " + partition(today.plusDays(7)));
        assertThat(indexed()).doesNotContain(partition(today.plusDays(7)));
        execute(DATABASE, "SELECT maintain_event_logs(30)");
        assertThat(indexed()).contains(partition(today.plusDays(7)));
    }

    /** The day's partition. */
    private static String partition(LocalDate day) {
        return "event_logs_" + DAY.format(day);
    }

    private static void migrate(String target) {
        Flyway.configure()
                .dataSource(
                        Stage.SERVERS.jdbcUrl(DATABASE),
                        Stage.SERVERS.databaseUser(),
                        Stage.SERVERS.databasePassword())
                .locations("classpath:io/streamwire/ingest/db")
                .target(target)
                .load()
                .migrate();
    }

    /** The partitions whose events are found by their viewer. */
    private static Set<String> indexed() throws SQLException {
        var tables = new TreeSet<String>();
        try (var connection = connection(DATABASE);
                var query =
                        connection.prepareStatement(
                                """
                                SELECT indrelid::regclass::text FROM pg_index
                                JOIN pg_inherits ON inhrelid = indexrelid
                                WHERE inhparent = 'event_logs_of_viewer'::regclass AND indisvalid
                                """)) {
            var rows = query.executeQuery();
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
        }
        return tables;
    }

    private static void execute(String database, String sql) throws SQLException {
        try (var connection = connection(database);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Connection connection(String database) throws SQLException {
        return DriverManager.getConnection(
                Stage.SERVERS.jdbcUrl(database),
                Stage.SERVERS.databaseUser(),
                Stage.SERVERS.databasePassword());
    }
}
