package io.streamwire.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.config.Config;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.embedded.Embedded;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DatabaseTest {

    private static Embedded embedded;
    private static Database database;

    private record Thing(String id, String name) {}

    @BeforeAll
    static void start() {
        embedded = Embedded.startTemporary();
        database = Database.open(config("10s"), "sample");
    }

    @AfterAll
    static void stop() {
        database.close();
        embedded.close();
    }

    @Test
    void manyRowsAreWrittenInOneStatement() {
        var id = Ids.next();
        var rows =
                List.of(
                        new Thing(id.toString(), "batch b"),
                        new Thing(Ids.next().toString(), "batch a"));

        assertThat(database.batch("insert-things", Json.writeBytes(rows))).isEqualTo(2);
        assertThat(database.batch("insert-things", Json.writeBytes(rows))).isZero();

        var row =
                database.client()
                        .execute()
                        .createNamedQuery("list-things")
                        .addParam("until", Columns.parameter(Instant.now().plusSeconds(60)))
                        .execute()
                        .filter(found -> Columns.text(found, "name").equals("batch b"))
                        .findFirst()
                        .orElseThrow();
        assertThat(Columns.uuid(row, "id")).isEqualTo(id);
        assertThat(Columns.textOrNull(row, "note")).isNull();
        assertThat(Columns.instant(row, "made_at")).isBeforeOrEqualTo(Instant.now());
    }

    @Test
    void whatThrowsIsRolledBack() {
        for (int i = 0; i < 20; i++) { // more often than there are connections
            assertThatThrownBy(() ->
                            database.transaction(transaction -> {
                                transaction
                                        .createNamedInsert("insert-thing")
                                        .addParam("id", Ids.next().toString())
                                        .addParam("name", "undone")
                                        .execute();
                                throw new IllegalStateException("no");
                            }))
                    .isInstanceOf(IllegalStateException.class);
        }

        assertThat(
                        database.client()
                                .execute()
                                .createNamedQuery("list-things")
                                .addParam("until", Columns.parameter(Instant.now().plusSeconds(60)))
                                .execute()
                                .map(row -> Columns.text(row, "name")))
                .doesNotContain("undone");
    }

    @Test
    void anOpenDatabaseAnswers() {
        database.check();
    }

    @Test
    void aDatabaseThatDoesNotComeIsNamed() {
        var config =
                Configuration.with(
                        config("1s"),
                        Map.of("database.url", "jdbc:postgresql://127.0.0.1:1/nothing"));

        assertThatThrownBy(() -> Database.open(config, "sample"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("the database of sample did not answer within 1 s");
    }

    private static Config config(String wait) {
        return Configuration.load(
                Map.of(
                        "database.url", embedded.jdbcUrl("auth_db"),
                        "database.user", embedded.databaseUser(),
                        "database.password", embedded.databasePassword(),
                        "database.pool-size", "5",
                        "database.wait", wait),
                Map.of(),
                null);
    }
}
