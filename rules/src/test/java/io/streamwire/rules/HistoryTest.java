package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamwire.rules.Client.Answer;
import io.streamwire.service.Configuration;
import io.streamwire.service.Database;
import io.streamwire.service.Role;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What rules were, and the way back; every test has a workspace of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HistoryTest {

    private static final String RULES = "/api/v1/rules";
    private static final String SPIN =
            """
            {"name": "Spin", "folder": "Motors", "trigger": {"type": "comment", "contains": "spin"},
             "actions": [{"type": "device", "device_id": "01980000-0000-7000-8000-00000000000d",
                          "command": "motor_spin", "args": {"level": 60, "ms": 800}}]}
            """;
    private static final String TURN = SPIN.replace("Spin", "Turn").replace("spin\"", "turn\"");

    private final RulesServer server = new RulesServer();

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void everyChangeKeepsWhatTheRuleWas() {
        var admin = server.admin();
        var place = admin.post(RULES, SPIN).location();
        admin.change("PUT", place, 1, TURN);
        admin.change("PATCH", place, 2, "{\"enabled\": false}");
        admin.post(RULES + "/enable", "");
        admin.change("DELETE", place, 4, "");

        var versions = admin.get(place + "/versions");

        assertThat(versions.etag()).isEqualTo("\"5\"");
        assertThat(admin.all(place + "/versions?limit=2", "version"))
                .containsExactly("5", "4", "3", "2", "1");
        assertThat(admin.all(place + "/versions", "change"))
                .containsExactly("deleted", "enabled", "disabled", "changed", "created");
        assertThat(admin.all(place + "/versions", "name"))
                .containsExactly("Turn", "Turn", "Turn", "Turn", "Spin");
        assertThat(versions.body().at("/items/0/changed_at").asText()).matches("20.*\\.\\d{3}Z");
        assertThat(versions.body().at("/items/0/changed_by").asText()).hasSize(36);
        var first = admin.get(place + "/versions/1");
        assertThat(first.text("change")).isEqualTo("created");
        assertThat(first.body().at("/rule/trigger/contains").asText()).isEqualTo("spin");
        assertThat(admin.get(place + "/versions/3").body().at("/rule/enabled").asBoolean(true))
                .isFalse();
    }

    @Test
    void aRuleIsMadeWhatItWas() {
        var admin = server.admin();
        var created = admin.post(RULES, SPIN);
        var place = created.location();
        admin.change("PUT", place, 1, TURN);

        var rule = admin.change("POST", place + "/rollback", 2, "{\"version\": 1}");

        assertThat(rule.status()).isEqualTo(200);
        assertThat(rule.etag()).isEqualTo("\"3\"");
        assertThat(rule.text("name")).isEqualTo("Spin");
        assertThat(definition(admin.get(place))).isEqualTo(definition(created));
        assertThat(admin.all(place + "/versions", "change"))
                .containsExactly("rolled_back", "changed", "created");
    }

    @Test
    void aDeletedRuleComesBackAtItsPlace() {
        var admin = server.admin();
        var created = admin.post(RULES, SPIN);
        var place = created.location();
        admin.post(RULES, TURN);
        admin.change("DELETE", place, 1, "");

        var rule = admin.change("POST", place + "/rollback", 2, "{\"version\": 2}");

        assertThat(rule.status()).isEqualTo(200);
        assertThat(rule.etag()).isEqualTo("\"3\"");
        assertThat(rule.text("created_at")).isEqualTo(created.text("created_at"));
        assertThat(definition(admin.get(place))).isEqualTo(definition(created));
        assertThat(admin.all(RULES, "name")).containsExactly("Spin", "Turn");
        assertThat(admin.all(place + "/versions", "change"))
                .containsExactly("restored", "deleted", "created");
    }

    @Test
    void aRollbackNamesTheVersionItReplaces() {
        var admin = server.admin();
        var place = admin.post(RULES, SPIN).location();
        var back = place + "/rollback";
        admin.change("PUT", place, 1, TURN);

        assertThat(admin.change("POST", back, null, "{\"version\": 1}").text("code"))
                .isEqualTo("version_required");
        assertThat(admin.change("POST", back, 1, "{\"version\": 1}").text("code"))
                .isEqualTo("version_mismatch");
        assertThat(admin.change("POST", back, 2, "{\"version\": 7}").text("code"))
                .isEqualTo("version_not_found");
        assertThat(admin.change("POST", back, 2, "{}").text("code")).isEqualTo("malformed_json");
        admin.change("DELETE", place, 2, "");
        assertThat(admin.change("POST", back, 2, "{\"version\": 1}").text("code"))
                .isEqualTo("version_mismatch");
        assertThat(admin.get(place + "/versions").etag()).isEqualTo("\"3\"");
    }

    @Test
    void aRuleOfAFullWorkspaceDoesNotComeBack() throws SQLException {
        var admin = server.admin();
        var place = admin.post(RULES, SPIN).location();
        admin.change("DELETE", place, 1, "");
        RulesServer.sql(
                """
                INSERT INTO rules
                SELECT '%s', gen_random_uuid(), 1, '{}', now(), now() FROM generate_series(1, 1000)
                """
                        .formatted(admin.workspaceId()));

        var answer = admin.change("POST", place + "/rollback", 2, "{\"version\": 1}");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text("code")).isEqualTo("too_many_rules");
    }

    @Test
    void aVersionThatIsNotUnderstoodStaysAwayAndSaysWhy() throws SQLException {
        var admin = server.admin();
        var created = admin.post(RULES, SPIN);
        var place = created.location();
        admin.change("PUT", place, 1, TURN);
        RulesServer.sql(
                """
                UPDATE rule_versions SET definition = definition || '{"later": true}'
                WHERE rule_id = '%s' AND version = 1
                """
                        .formatted(created.text("id")));

        var answer = admin.change("POST", place + "/rollback", 2, "{\"version\": 1}");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("code")).isEqualTo("rule_unsupported");
        assertThat(answer.body().at("/errors/0/pointer").asText()).isEqualTo("/later");
        assertThat(admin.get(place + "/versions/1").status()).isEqualTo(200);
        assertThat(admin.get(place).etag()).isEqualTo("\"2\"");
    }

    @Test
    void theSetTellsWhoChangedWhat() {
        var admin = server.admin();
        var moderator = server.client(Role.MODERATOR, admin.workspaceId());
        var spin = admin.post(RULES, SPIN);
        admin.post(RULES, TURN);
        moderator.change("PATCH", spin.location(), 1, "{\"enabled\": false}");
        admin.change("DELETE", spin.location(), 2, "");

        var history = RULES + "/history?limit=1";

        assertThat(admin.all(history, "change"))
                .containsExactly("deleted", "disabled", "created", "created");
        assertThat(admin.all(history, "name")).containsExactly("Spin", "Spin", "Turn", "Spin");
        assertThat(admin.all(history, "rule_id")).first().isEqualTo(spin.text("id"));
        var by = admin.all(history, "changed_by");
        assertThat(by.get(0)).isEqualTo(by.get(2)).isEqualTo(by.get(3)).isNotEqualTo(by.get(1));
    }

    @Test
    void theLastHundredVersionsAreKept() {
        var admin = server.admin();
        var place = admin.post(RULES, SPIN).location();
        for (int version = 1; version <= RuleHistory.MAX_VERSIONS; version++) {
            admin.change("PUT", place, version, version % 2 == 0 ? SPIN : TURN);
        }

        assertThat(admin.all(place + "/versions?limit=200", "version"))
                .hasSize(RuleHistory.MAX_VERSIONS)
                .startsWith("101")
                .endsWith("2");
        assertThat(admin.get(place + "/versions/1").text("code")).isEqualTo("version_not_found");
    }

    @Test
    void aWorkspaceKeepsSoManyVersionsButEveryPresentOne() throws SQLException {
        var admin = server.admin();
        var first = admin.post(RULES, SPIN);
        RulesServer.sql(
                """
                INSERT INTO rule_versions
                SELECT '%s', gen_random_uuid(), 1, 'deleted', '{"name": "Old"}', now(), now() - interval '1 day'
                    - number * interval '1 second', null
                FROM generate_series(1, %d) AS number
                """
                        .formatted(admin.workspaceId(), RuleHistory.MAX_OF_WORKSPACE));
        RulesServer.sql(
                "UPDATE rule_versions SET changed_at = '2020-01-01Z' WHERE rule_id = '%s'"
                        .formatted(first.text("id")));

        admin.post(RULES, TURN);

        assertThat(admin.get(first.location() + "/versions").etag()).isEqualTo("\"1\"");
        assertThat(versions(admin)).isEqualTo(RuleHistory.MAX_OF_WORKSPACE + 1);
    }

    @Test
    void rulesThatWereDeletedLongAgoAreForgotten() throws Exception {
        var admin = server.admin();
        var gone = admin.post(RULES, SPIN).location();
        var back = admin.post(RULES, TURN).location();
        var recent = admin.post(RULES, TURN).location();
        for (var place : List.of(gone, back, recent)) {
            admin.change("DELETE", place, 1, "");
        }
        RulesServer.sql(
                "UPDATE rule_versions SET changed_at = changed_at - interval '31 days'"
                        + " WHERE workspace_id = '%s' AND rule_id <> '%s'"
                                .formatted(
                                        admin.workspaceId(),
                                        recent.substring(recent.lastIndexOf('/') + 1)));
        admin.change("POST", back + "/rollback", 2, "{\"version\": 1}");

        forgetDeleted();

        assertThat(admin.get(gone + "/versions").text("code")).isEqualTo("rule_not_found");
        assertThat(admin.all(back + "/versions", "version")).containsExactly("3", "2", "1");
        assertThat(admin.all(recent + "/versions", "version")).containsExactly("2", "1");
    }

    @Test
    void anotherWorkspacesHistoryDoesNotExist() {
        var admin = server.admin();
        var place = admin.post(RULES, SPIN).location();
        var other = server.admin();

        assertThat(other.get(place + "/versions").text("code")).isEqualTo("rule_not_found");
        assertThat(other.get(place + "/versions/1").text("code")).isEqualTo("version_not_found");
        assertThat(other.change("POST", place + "/rollback", 1, "{\"version\": 1}").text("code"))
                .isEqualTo("rule_not_found");
        assertThat(other.all(RULES + "/history", "rule_id")).isEmpty();
    }

    @Test
    void onlyAdminsGoBack() {
        var admin = server.admin();
        var moderator = server.client(Role.MODERATOR, admin.workspaceId());
        var place = admin.post(RULES, SPIN).location();

        assertThat(moderator.get(place + "/versions").status()).isEqualTo(200);
        assertThat(moderator.change("POST", place + "/rollback", 1, "{\"version\": 1}").status())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({
        "/versions/x, 404, version_not_found",
        "/versions/-1, 404, version_not_found",
        "/versions/99999999999999999999, 404, version_not_found",
        "/versions?cursor=abc, 400, bad_cursor",
    })
    void whatIsNoVersionIsNotFound(String path, int status, String code) {
        var admin = server.admin();
        var place = admin.post(RULES, SPIN).location();

        var answer = admin.get(place + path);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text("code")).isEqualTo(code);
    }

    /** The hourly work. */
    private static void forgetDeleted() {
        var config =
                Configuration.load(
                        Map.of(
                                "database.url", Servers.EMBEDDED.jdbcUrl("rules_db"),
                                "database.user", Servers.EMBEDDED.databaseUser(),
                                "database.password", Servers.EMBEDDED.databasePassword()),
                        null);
        try (var database = Database.open(config, "rules")) {
            new RuleHistory(database, InstantSource.system()).forgetDeleted();
        }
    }

    private static JsonNode definition(Answer rule) {
        return ((ObjectNode) rule.body().deepCopy())
                .without(List.of("version", "created_at", "updated_at"));
    }

    private static long versions(Client client) throws SQLException {
        return RulesServer.count(
                "SELECT count(*) FROM rule_versions WHERE workspace_id = '%s'"
                        .formatted(client.workspaceId()));
    }
}
