package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamwire.bus.Bus;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.rules.Client.Answer;
import io.streamwire.service.Configuration;
import io.streamwire.service.OpenApi;
import io.streamwire.service.Role;
import io.streamwire.service.SigningKey;
import io.streamwire.service.TokenVerifier;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole service on real parts; every test has a workspace of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RulesTest {

    private static final String SPIN =
            """
            {"name": "Spin", "enabled": true,
             "trigger": {"type": "comment", "contains": "spin"},
             "cooldown": {"global_ms": 60000},
             "actions": [{"type": "device", "device_id": "01980000-0000-7000-8000-00000000000d",
                          "command": "motor_spin", "args": {"level": 60, "ms": 800}}]}
            """;

    private final SigningKey key = SigningKey.generate("test");
    private final Bus bus = Servers.bus();
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

    private final LiveEvents events = new LiveEvents();
    private final UUID workspaceId = events.workspaceId();
    private final Streams streams = new Streams(bus, workspaceId);

    @AfterAll
    void stop() {
        rules.close();
        bus.close();
    }

    @Test
    void theDocumentDescribesEveryRouteAndNoOther() {
        assertThat(OpenApi.of(Rules.class).differences(rules.routes())).isEmpty();
    }

    @Test
    void aRuleIsCreatedAndRead() {
        var admin = client(Role.ADMIN);

        var created = admin.post("/api/v1/rules", SPIN);

        assertThat(created.status()).isEqualTo(201);
        var place = created.location();
        assertThat(place).isEqualTo("/api/v1/rules/" + created.text("id"));
        assertThat(created.etag()).isEqualTo("\"1\"");
        assertThat(created.text("workspace_id")).isEqualTo(admin.workspaceId().toString());
        assertThat(created.text("created_at")).matches("20.*T.*\\.\\d{3}Z");
        assertThat(created.body().at("/cooldown/global_ms").asLong()).isEqualTo(60_000);
        assertThat(created.body().at("/actions/0/ttl_ms").asLong()).isEqualTo(2_000);
        assertThat(admin.get(place)).isEqualTo(admin.get("/rules/" + created.text("id")));
        assertThat(admin.get(place).body()).isEqualTo(created.body());
    }

    @Test
    void whatIsWrongIsSaidAtOnceAndWhere() {
        var answer =
                client(Role.ADMIN)
                        .post(
                                "/api/v1/rules",
                                """
                                {"name": "", "trigger": {"type": "comment", "regex": "a(b"},
                                 "actions": []}
                                """);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("code")).isEqualTo("rule_invalid");
        assertThat(answer.body().get("errors"))
                .extracting(error -> error.get("pointer").asText())
                .containsExactlyInAnyOrder("/name", "/trigger/regex", "/actions");
    }

    @Test
    void whatRulesCannotDoIsRefused() {
        var rule = (ObjectNode) Json.read(SPIN, JsonNode.class);
        rule.put("mood", "good");

        var answer = client(Role.ADMIN).post("/api/v1/rules", Json.write(rule));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("code")).isEqualTo("rule_unsupported");
        assertThat(answer.body().at("/errors/0/pointer").asText()).isEqualTo("/mood");
    }

    @Test
    void aBadExpressionIsRefusedWithItsPosition() {
        var rule = (ObjectNode) Json.read(SPIN, JsonNode.class);
        rule.put("condition", "true &&\n viewer.follower");

        var answer = client(Role.ADMIN).post("/api/v1/rules", Json.write(rule));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("code")).isEqualTo("rule_invalid");
        assertThat(answer.body().at("/errors/0/pointer").asText()).isEqualTo("/condition");
        assertThat(answer.body().at("/errors/0/detail").asText())
                .startsWith("line 2, column 2: viewer has no such field");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\": | 400 | malformed_json",
                "'' | 400 | malformed_json",
                "{\"name\": \"a\", \"name\": \"b\"} | 400 | malformed_json",
                "[] | 422 | rule_invalid",
                "null | 422 | rule_invalid",
            })
    void bodiesThatAreNoRuleAreRefused(String body, int status, String code) {
        var answer = client(Role.ADMIN).post("/api/v1/rules", body);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text("code")).isEqualTo(code);
    }

    @Test
    void onlyValidTokensAreHeard() {
        var stranger = SigningKey.generate("test");

        assertThat(
                        Client.of(rules.port(), Ids.next(), Role.ADMIN, stranger)
                                .get("/api/v1/rules")
                                .status())
                .isEqualTo(401);
        assertThat(new Client(rules.port(), Ids.next(), "").get("/api/v1/rules").status())
                .isEqualTo(401);
    }

    @Test
    void viewersReadModeratorsTurnAdminsChange() {
        var admin = client(Role.ADMIN);
        var viewer = client(Role.VIEWER, admin.workspaceId());
        var moderator = client(Role.MODERATOR, admin.workspaceId());
        var place = admin.post("/api/v1/rules", SPIN).location();

        assertThat(viewer.get(place).status()).isEqualTo(200);
        assertThat(viewer.change("PATCH", place, 1, "{\"enabled\": false}").status())
                .isEqualTo(403);
        assertThat(moderator.post("/api/v1/rules", SPIN).status()).isEqualTo(403);
        assertThat(moderator.change("PUT", place, 1, SPIN).status()).isEqualTo(403);
        assertThat(moderator.change("DELETE", place, 1, "").status()).isEqualTo(403);
        var turned = moderator.change("PATCH", place, 1, "{\"enabled\": false}");
        assertThat(turned.status()).isEqualTo(200);
        assertThat(turned.body().get("enabled").asBoolean()).isFalse();
        assertThat(moderator.change("PATCH", place, 2, "{\"name\": \"x\"}").status())
                .isEqualTo(400);
    }

    @Test
    void anotherWorkspacesRuleDoesNotExist() {
        var place = client(Role.ADMIN).post("/api/v1/rules", SPIN).location();
        var other = client(Role.OWNER);

        assertThat(other.get(place).status()).isEqualTo(404);
        assertThat(other.change("PUT", place, 1, SPIN).status()).isEqualTo(404);
        assertThat(other.change("PATCH", place, 1, "{\"enabled\": false}").status()).isEqualTo(404);
        assertThat(other.change("DELETE", place, 1, "").status()).isEqualTo(404);
        assertThat(other.get("/api/v1/rules").body().get("items")).isEmpty();
        assertThat(other.get("/api/v1/rules/none").status()).isEqualTo(404);
    }

    @Test
    void aChangeNamesTheVersionItChanges() {
        var admin = client(Role.ADMIN);
        var place = admin.post("/api/v1/rules", SPIN).location();
        var lamp = SPIN.replace("Spin", "Lamp");

        assertThat(admin.change("PUT", place, null, lamp).status()).isEqualTo(428);
        var changed = admin.change("PUT", place, 1, lamp);
        assertThat(changed.text("name")).isEqualTo("Lamp");
        assertThat(changed.etag()).isEqualTo("\"2\"");
        assertThat(admin.change("PUT", place, 1, SPIN).text("code")).isEqualTo("version_mismatch");
        var answered = admin.get(place).body().toString().replace("Lamp", "Again");
        assertThat(admin.change("PUT", place, 2, answered).text("name")).isEqualTo("Again");
        assertThat(admin.change("DELETE", place, 1, "").status()).isEqualTo(412);
        assertThat(admin.change("DELETE", place, 3, "").status()).isEqualTo(204);
        assertThat(admin.get(place).text("code")).isEqualTo("rule_not_found");
    }

    @Test
    void aRepeatedRequestCreatesOneRule() {
        var admin = client(Role.ADMIN);

        var first = admin.post("/api/v1/rules", SPIN, "Idempotency-Key", "one");
        var again = admin.post("/api/v1/rules", SPIN, "Idempotency-Key", "one");
        var other = admin.post("/api/v1/rules", SPIN, "Idempotency-Key", "two");

        assertThat(again.status()).isEqualTo(201);
        assertThat(again.text("id")).isEqualTo(first.text("id"));
        assertThat(other.text("id")).isNotEqualTo(first.text("id"));
    }

    @Test
    void rulesAreListedPageByPageInTheirOrder() {
        var admin = client(Role.ADMIN);
        for (int i = 0; i < 5; i++) {
            admin.post("/api/v1/rules", SPIN.replace("Spin", "Rule " + i));
        }

        assertThat(admin.all("/api/v1/rules?limit=2", "name"))
                .containsExactly("Rule 0", "Rule 1", "Rule 2", "Rule 3", "Rule 4");
        assertThat(admin.get("/api/v1/rules?limit=0").text("code")).isEqualTo("bad_limit");
        assertThat(admin.get("/api/v1/rules?cursor=abc").text("code")).isEqualTo("bad_cursor");
    }

    @Test
    void aWorkspaceHasAThousandRules() throws SQLException {
        var admin = client(Role.ADMIN);
        sql(
                "rules_db",
                """
                INSERT INTO rules
                SELECT '%s', gen_random_uuid(), 1, '{}', now(), now() FROM generate_series(1, 1000)
                """
                        .formatted(admin.workspaceId()));

        var answer = admin.post("/api/v1/rules", SPIN);

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text("code")).isEqualTo("too_many_rules");
    }

    @Test
    void aRuleActsUntilItIsTurnedOff() {
        var admin = client(Role.ADMIN, workspaceId);
        inForce(admin, "Marker");

        var rule = inForce(admin, "Spin");
        admin.change("PATCH", rule.location(), 1, "{\"enabled\": false}");

        Await.until(() -> !decidersOf("spin").contains(rule.text("id")));
    }

    @Test
    void whatRulesDidIsKept() {
        var admin = client(Role.ADMIN, workspaceId);
        var rule = inForce(admin, "Kept");
        var deciders = decidersOf("spin");
        var written = streams.decisions().size();
        var event = streams.decisions().getLast().eventId().toString();

        Await.until(() -> admin.all("/api/v1/rules/executions", "id").size() >= written);

        assertThat(admin.all("/api/v1/rules/executions?limit=1", "id"))
                .hasSize(written)
                .doesNotHaveDuplicates()
                .first()
                .isEqualTo(admin.get("/rules/executions").body().at("/items/0/id").asText());
        assertThat(admin.all("/rules/executions?event_id=" + event, "rule_id"))
                .containsExactlyInAnyOrderElementsOf(deciders);
        assertThat(admin.all("/rules/executions?rule_id=" + rule.text("id"), "rule_id"))
                .isNotEmpty()
                .containsOnly(rule.text("id"));
        assertThat(admin.all("/rules/executions?outcome=fired", "outcome"))
                .isNotEmpty()
                .containsOnly("fired");
        assertThat(admin.all("/rules/executions?outcome=stale", "outcome")).isEmpty();
        assertThat(admin.get("/rules/executions").body().at("/items/0/action_ids")).hasSize(1);
        assertThat(admin.get("/rules/executions?rule_id=x").text("code")).isEqualTo("bad_filter");
        assertThat(client(Role.ADMIN).all("/rules/executions", "id")).isEmpty();
    }

    @Test
    void aMissedAnnouncementIsMadeUpFor() throws SQLException {
        var admin = client(Role.ADMIN, workspaceId);
        var rule = inForce(admin, "Gone");
        inForce(admin, "Stays");

        sql(
                "rules_db",
                "DELETE FROM rules WHERE id = '%s'".formatted(rule.text("id")),
                "UPDATE rule_sets SET version = version + 1 WHERE workspace_id = '%s'"
                        .formatted(workspaceId));

        Await.until(() -> !decidersOf("spin").contains(rule.text("id")));
    }

    @Test
    void rulesStayInForceWhilePostgresIsAway() throws SQLException {
        var admin = client(Role.ADMIN, workspaceId);
        var rule = inForce(admin, "Kept in mind");

        sql(
                "auth_db",
                "ALTER DATABASE rules_db ALLOW_CONNECTIONS false",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'rules_db'");
        var deciders = decidersOf("spin");
        var event = streams.decisions().getLast().eventId();
        var answer = admin.get(rule.location());
        sql("auth_db", "ALTER DATABASE rules_db ALLOW_CONNECTIONS true");

        assertThat(deciders).contains(rule.text("id"));
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.text("code")).isEqualTo("database_unavailable");
        Await.until(() ->
                admin.all("/rules/executions?event_id=" + event, "rule_id").size()
                        == deciders.size());
    }

    @Test
    void oldExecutionsGoWithTheirPartition() throws SQLException {
        sql(
                "rules_db",
                """
                CREATE TABLE rule_executions_20200101 PARTITION OF rule_executions
                FOR VALUES FROM ('2020-01-01Z') TO ('2020-01-02Z')
                """,
                """
                INSERT INTO rule_executions
                SELECT '%s', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), day, 'fired', null, '{}'
                FROM unnest(ARRAY['2020-01-01 12:00Z', '2020-01-03Z', now()]::timestamptz[]) AS day
                """
                        .formatted(workspaceId),
                "SELECT maintain_rule_executions(30)");
        var admin = client(Role.ADMIN, workspaceId);

        assertThat(admin.all("/rules/executions", "at")).noneMatch(at -> at.startsWith("2020"));
        assertThat(admin.all("/rules/executions", "at")).isNotEmpty();
    }

    /** Which rules decide about a comment; one of them is known to be in force. */
    private List<String> decidersOf(String text) {
        var event = events.comment(text);
        streams.publish(event);
        Await.until(() -> !deciders(event).isEmpty());
        return deciders(event);
    }

    private List<String> deciders(LiveEvent event) {
        return streams.decisions().stream()
                .filter(decision -> decision.eventId().equals(event.id()))
                .map(decision -> decision.ruleId().toString())
                .toList();
    }

    /** A rule without a cooldown, once it is in force. */
    private Answer inForce(Client admin, String name) {
        var rule = admin.post("/api/v1/rules", SPIN.replace("Spin", name).replace("60000", "0"));
        Await.until(() -> {
            var event = events.comment("spin");
            streams.publish(event);
            return streams.decisions().stream()
                    .anyMatch(decision -> decision.ruleId().toString().equals(rule.text("id")));
        });
        return rule;
    }

    private Client client(Role role) {
        return client(role, Ids.next());
    }

    private Client client(Role role, UUID workspaceId) {
        return Client.of(rules.port(), workspaceId, role, key);
    }

    private void sql(String database, String... statements) throws SQLException {
        try (var connection =
                        DriverManager.getConnection(
                                Servers.EMBEDDED.jdbcUrl(database),
                                Servers.EMBEDDED.databaseUser(),
                                Servers.EMBEDDED.databasePassword());
                var statement = connection.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
