package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.rules.Client.Answer;
import io.streamwire.service.Role;
import java.util.List;
import java.util.regex.Matcher;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules as one document, out and in; every test has a workspace of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BundleTest {

    private static final String RULES = "/api/v1/rules";
    private static final String EXPORT = RULES + "/export";
    private static final String ADD = RULES + "/import";
    private static final String REPLACE = RULES + "/import?mode=replace";
    private static final String WHEEL = "01980000-0000-7000-8000-00000000000d";
    private static final String LAMP = "01980000-0000-7000-8000-00000000000e";
    private static final String OTHER = "01980000-0000-7000-8000-00000000000f";

    private final RulesServer server = new RulesServer();

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void anExportNamesTheDevices() {
        var admin = server.admin();
        admin.post(RULES, rule("Spin", WHEEL));
        admin.post(RULES, rule("Lamp", LAMP));
        admin.post(RULES, rule("Turn", WHEEL));

        var bundle = admin.get(EXPORT).body();

        assertThat(bundle.path("format").asText()).isEqualTo("streamwire-rules");
        assertThat(bundle.path("version").asInt()).isEqualTo(1);
        assertThat(bundle.path("exported_at").asText()).matches("20.*Z");
        assertThat(bundle.path("devices"))
                .isEqualTo(
                        json(
                                "{\"device-1\": \"%s\", \"device-2\": \"%s\"}"
                                        .formatted(WHEEL, LAMP)));
        assertThat(bundle.findValuesAsText("device_id"))
                .containsExactly("device-1", "device-2", "device-1");
        assertThat(admin.get(EXPORT + "?folder=Lamp").body().findValuesAsText("name"))
                .containsExactly("Lamp");
    }

    @Test
    void whatWasExportedComesBackAsItWas() {
        var admin = server.admin();
        var spin = admin.post(RULES, rule("Spin", WHEEL)).location();
        var lamp = admin.post(RULES, rule("Lamp", LAMP)).location();
        admin.post(RULES, rule("Turn", WHEEL));
        var before = export(admin);
        admin.change("DELETE", spin, 1, "");
        admin.change("PUT", lamp, 1, rule("Changed", OTHER));
        admin.post(RULES, rule("New", OTHER));

        var outcome = admin.post(REPLACE, Json.write(before));

        assertThat(outcome.status()).isEqualTo(200);
        assertThat(names(outcome, "added")).containsExactly("Spin");
        assertThat(names(outcome, "replaced")).containsExactly("Lamp");
        assertThat(names(outcome, "removed")).containsExactly("New");
        assertThat(outcome.body().path("unchanged").asInt()).isEqualTo(1);
        assertThat(export(admin)).isEqualTo(before);
        assertThat(admin.all(spin + "/versions", "change"))
                .containsExactly("imported", "deleted", "created");
        assertThat(admin.post(REPLACE, Json.write(before)).body().path("unchanged").asInt())
                .isEqualTo(3);
    }

    @Test
    void aBundleMovesToOtherDevicesOfAnotherWorkspace() {
        var admin = server.admin();
        admin.post(RULES, rule("Spin", WHEEL));
        admin.post(RULES, rule("Lamp", LAMP));
        var bundle = export(admin);
        ((ObjectNode) bundle.path("devices")).put("device-1", OTHER);
        var other = server.admin();

        other.post(REPLACE, Json.write(bundle));

        assertThat(other.all(RULES, "name")).containsExactly("Spin", "Lamp");
        assertThat(other.get(RULES).body().findValuesAsText("device_id"))
                .containsExactly(OTHER, LAMP);
        assertThat(other.all(RULES, "id")).doesNotContainAnyElementsOf(admin.all(RULES, "id"));
        assertThat(admin.all(RULES, "name")).containsExactly("Spin", "Lamp");
    }

    @Test
    void aDeviceThatMustBeOnlineMovesToo() {
        var admin = server.admin();
        var conditions = "{\"conditions\": {\"device_online\": [\"%s\"]}, ".formatted(LAMP);
        var told =
                "{\"type\": \"webhook\", \"url\": \"https://example.com\", \"body\": {\"device_id\": \"{viewer}\"}}";
        var rule =
                rule("Spin", WHEEL)
                        .replaceFirst("\\{", Matcher.quoteReplacement(conditions))
                        .replaceFirst(
                                "\"actions\": \\[",
                                Matcher.quoteReplacement("\"actions\": [" + told + ", "));
        assertThat(admin.post(RULES, rule).status()).isEqualTo(201);
        var bundle = export(admin);
        ((ObjectNode) bundle.path("devices"))
                .properties()
                .forEach(device -> device.setValue(TextNode.valueOf(OTHER)));
        var other = server.admin();

        assertThat(other.post(ADD, Json.write(bundle)).status()).isEqualTo(200);

        var moved = other.get(RULES).body().at("/items/0");
        assertThat(bundle.at("/rules/0/conditions/device_online/0").asText()).startsWith("device-");
        assertThat(moved.at("/conditions/device_online/0").asText()).isEqualTo(OTHER);
        assertThat(moved.at("/actions/0/body/device_id").asText()).isEqualTo("{viewer}");
        assertThat(moved.at("/actions/1/device_id").asText()).isEqualTo(OTHER);
    }

    @Test
    void aTagIsTheSameInEveryWorkspace() {
        var admin = server.admin();
        admin.post(
                RULES,
                rule("Lights", LAMP).replace("\"device_id\": \"" + LAMP, "\"tag\": \"lights"));
        var bundle = export(admin);
        var other = server.admin();

        other.post(ADD, Json.write(bundle));

        assertThat(bundle.path("devices")).isEmpty();
        assertThat(other.get(RULES).body().findValuesAsText("tag")).containsExactly("lights");
    }

    @Test
    void aDeviceMayBeNamedByItsOldId() {
        var admin = server.admin();

        admin.post(
                ADD,
                """
                {"format": "streamwire-rules", "version": 1, "devices": {"%s": "%s"}, "rules": [%s, %s]}
                """
                        .formatted(WHEEL, OTHER, rule("Spin", WHEEL), rule("Lamp", LAMP)));

        assertThat(admin.get(RULES).body().findValuesAsText("device_id"))
                .containsExactly(OTHER, LAMP);
    }

    @Test
    void addingLeavesWhatIsThere() {
        var admin = server.admin();
        admin.post(RULES, rule("Spin", WHEEL));
        var bundle = Json.write(export(admin));

        var first = admin.post(ADD, bundle, "Idempotency-Key", "once");
        var again = admin.post(ADD, bundle, "Idempotency-Key", "once");

        assertThat(names(first, "added")).containsExactly("Spin");
        assertThat(again.body().path("unchanged").asInt()).isEqualTo(1);
        assertThat(admin.all(RULES, "name")).containsExactly("Spin", "Spin");
        assertThat(first.body().at("/added/0/id").asText())
                .isEqualTo(admin.all(RULES, "id").get(1));
    }

    @Test
    void aDryRunSaysWhatWouldBeDone() {
        var admin = server.admin();
        admin.post(RULES, rule("Spin", WHEEL));
        admin.post(RULES, rule("Lamp", LAMP));
        var bundle = export(admin);
        var rules = (ArrayNode) bundle.path("rules");
        ((ObjectNode) rules.get(0)).put("name", "Changed");
        rules.remove(1);
        rules.add(json(rule("New", OTHER)));
        var before = export(admin);

        var outcome = admin.post(REPLACE + "&dry_run=true", Json.write(bundle));

        assertThat(outcome.status()).isEqualTo(200);
        assertThat(outcome.body().path("dry_run").asBoolean()).isTrue();
        assertThat(names(outcome, "added")).containsExactly("New");
        assertThat(names(outcome, "replaced")).containsExactly("Changed");
        assertThat(names(outcome, "removed")).containsExactly("Lamp");
        assertThat(outcome.body().at("/added/0").has("id")).isFalse();
        assertThat(export(admin)).isEqualTo(before);
        assertThat(admin.all(RULES + "/history", "change")).containsExactly("created", "created");
    }

    @Test
    void nothingIsSavedWhenOneRuleIsBad() {
        var admin = server.admin();

        var answer =
                admin.post(
                        REPLACE,
                        """
                        {"format": "streamwire-rules", "version": 1, "devices": {"lamp": 5},
                         "rules": [%s, {"id": "x", "name": "", "trigger": {"type": "follow"}, "actions": []}, 7, %s]}
                        """
                                .formatted(rule("Spin", WHEEL), rule("Lamp", "nothing")));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("code")).isEqualTo("rule_invalid");
        assertThat(answer.body().path("errors").findValuesAsText("pointer"))
                .containsExactly(
                        "/devices/lamp",
                        "/rules/1/id",
                        "/rules/1/name",
                        "/rules/1/actions",
                        "/rules/2",
                        "/rules/3/actions/0/device_id");
        assertThat(admin.all(RULES, "id")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | rule_invalid | ''",
                "{\"version\": 1, \"rules\": []} | rule_invalid | /format",
                "{\"format\": \"streamwire-rules\", \"version\": 2, \"rules\": []} | rule_unsupported | /version",
                "{\"format\": \"streamwire-rules\", \"version\": 1} | rule_invalid | /rules",
                "{\"format\": \"streamwire-rules\", \"version\": 1, \"rules\": [], \"x\": 1} | rule_unsupported | /x",
                "{\"format\": \"streamwire-rules\", \"version\": 1, \"rules\": [], \"devices\": []} | rule_invalid | /devices",
            })
    void whatIsNoBundleIsRefused(String body, String code, String pointer) {
        var answer = server.admin().post(ADD, body);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("code")).isEqualTo(code);
        assertThat(answer.body().at("/errors/0/pointer").asText()).isEqualTo(pointer);
    }

    @Test
    void idsOfABundleDiffer() {
        var id = Ids.next();
        var rule = "{\"id\": \"%s\", ".formatted(id) + rule("Spin", WHEEL).strip().substring(1);

        var answer = server.admin().post(ADD, bundle(rule, rule));

        assertThat(answer.body().at("/errors/0/pointer").asText()).isEqualTo("/rules/1/id");
    }

    @Test
    void aWorkspaceTakesSoManyRules() {
        var admin = server.admin();
        var thousand = many(RuleStore.MAX_RULES);
        assertThat(thousand).hasSizeBetween(100_000, RuleBundle.MAX_SIZE);

        assertThat(admin.post(ADD, many(RuleStore.MAX_RULES + 1)).text("code"))
                .isEqualTo("rule_invalid");
        assertThat(admin.post(ADD, thousand).status()).isEqualTo(200);
        assertThat(admin.post(ADD, bundle(rule("Spin", WHEEL))).text("code"))
                .isEqualTo("too_many_rules");
        assertThat(admin.post(ADD + "?dry_run=true", thousand).text("code"))
                .isEqualTo("too_many_rules");
        assertThat(admin.post(REPLACE, thousand).status()).isEqualTo(200);
        assertThat(admin.all(RULES + "?limit=200", "name")).hasSize(RuleStore.MAX_RULES);
        assertThat(admin.all(RULES + "?limit=200", "name"))
                .startsWith("Rule 0", "Rule 1")
                .endsWith("Rule 999");
    }

    @Test
    void aHostileBundleIsToldItsFirstFaultsOnly() {
        var faults =
                server.admin()
                        .post(
                                ADD,
                                bundle(
                                        IntStream.range(0, RuleStore.MAX_RULES)
                                                .mapToObj(_ -> "{\"a\": 1, \"b\": 2}")
                                                .toArray(String[]::new)))
                        .body()
                        .path("errors");

        assertThat(faults).hasSize(JsonReader.MAX_FAULTS);
    }

    @ParameterizedTest
    @CsvSource({"mode=merge", "dry_run=1"})
    void whatImportCannotDoIsRefused(String query) {
        var answer = server.admin().post(ADD + "?" + query, bundle());

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("code")).isEqualTo("bad_filter");
    }

    @Test
    void viewersExportAdminsImport() {
        var admin = server.admin();
        var viewer = server.client(Role.VIEWER, admin.workspaceId());
        var moderator = server.client(Role.MODERATOR, admin.workspaceId());

        assertThat(viewer.get(EXPORT).status()).isEqualTo(200);
        assertThat(moderator.post(ADD, bundle()).status()).isEqualTo(403);
        assertThat(moderator.post(ADD + "?dry_run=true", bundle()).status()).isEqualTo(403);
    }

    private static String rule(String name, String device) {
        return """
        {"name": "%1$s", "folder": "%1$s", "tags": ["night"], "trigger": {"type": "comment", "contains": "spin"},
         "cooldown": {"global_ms": 500},
         "actions": [{"type": "device", "device_id": "%2$s", "command": "on", "args": {"level": 60}}]}
        """
                .formatted(name, device);
    }

    private static String many(int count) {
        return bundle(
                IntStream.range(0, count)
                        .mapToObj(number -> rule("Rule " + number, WHEEL))
                        .toArray(String[]::new));
    }

    private static String bundle(String... rules) {
        return "{\"format\": \"streamwire-rules\", \"version\": 1, \"rules\": [%s]}"
                .formatted(String.join(",", rules));
    }

    /** Without its time. */
    private static ObjectNode export(Client client) {
        return ((ObjectNode) client.get(EXPORT).body()).without("exported_at");
    }

    private static List<String> names(Answer outcome, String what) {
        return outcome.body().path(what).findValuesAsText("name");
    }

    private static JsonNode json(String text) {
        return Json.read(text, JsonNode.class);
    }
}
