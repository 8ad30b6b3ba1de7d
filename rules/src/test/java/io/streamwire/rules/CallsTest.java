package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.bus.Entry;
import io.streamwire.contract.Decision;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.ButtonPressed;
import io.streamwire.contract.LiveEvent.WebhookReceived;
import io.streamwire.contract.Stream;
import io.streamwire.rules.Client.Answer;
import io.streamwire.service.Role;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Rules that people and programs call: buttons and hooks. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CallsTest {

    private final RunningRules rules =
            new RunningRules(Map.of("rules.public-url", "https://hub.example/api/v1"));
    private final UUID workspaceId = Ids.next();
    private final Client admin = rules.client(Role.ADMIN, workspaceId);
    private final Streams streams = rules.streams(workspaceId);

    @AfterAll
    void stop() {
        rules.close();
    }

    @Test
    void aButtonFiresItsRuleAndNoOther() {
        var rule = rule("manual", "");
        rule("manual", "");
        var moderator = rules.client(Role.MODERATOR, workspaceId);

        var pressed = moderator.post(trigger(rule), "{\"values\": {\"level\": 60}}");

        assertThat(pressed.status()).isEqualTo(202);
        assertThat(decisions(pressed))
                .singleElement()
                .satisfies(decision -> {
                    assertThat(decision.ruleId().toString()).isEqualTo(rule.text("id"));
                    assertThat(decision.outcome()).isEqualTo("fired");
                });
        assertThat(event(pressed).payload())
                .isInstanceOfSatisfying(
                        ButtonPressed.class,
                        button -> assertThat(button.values()).isEqualTo(Map.of("level", 60L)));
        assertThat(
                        streams.actions().stream()
                                .filter(action ->
                                        action.eventId()
                                                .toString()
                                                .equals(pressed.text("event_id")))
                                .map(action -> action.cause()))
                .singleElement()
                .satisfies(cause -> assertThat(cause.eventType()).isEqualTo("streamwire.button"));
        Await.until(() -> !admin.all(pressed.location(), "id").isEmpty());
    }

    @Test
    void aButtonHasACooldownAndARepeatedPressIsOne() {
        var rule = rule("manual", "\"cooldown\": {\"global_ms\": 60000},");

        var first = admin.post(trigger(rule), "", "Idempotency-Key", "once");
        var again = admin.post(trigger(rule), "", "Idempotency-Key", "once");
        var next = admin.post(trigger(rule), "");

        assertThat(again.text("event_id")).isEqualTo(first.text("event_id"));
        assertThat(outcomes(next)).containsExactly("cooldown_global");
        assertThat(outcomes(first)).containsExactly("fired");
    }

    @Test
    void onlyWhoMayPressesAndOnlyButtons() {
        var manual = rule("manual", "");
        var follow = rule("follow", "");
        var off = rule("manual", "\"enabled\": false,");

        assertThat(rules.client(Role.VIEWER, workspaceId).post(trigger(manual), "").status())
                .isEqualTo(403);
        assertThat(rules.stranger().post(trigger(manual), "").status()).isEqualTo(401);
        assertThat(rules.client(Role.OWNER, Ids.next()).post(trigger(manual), "").status())
                .isEqualTo(404);
        assertThat(admin.post(trigger(follow), "").text("code")).isEqualTo("rule_not_manual");
        assertThat(admin.post(trigger(off), "").text("code")).isEqualTo("rule_disabled");
        assertThat(admin.post(trigger(manual), "{\"values\": {\"a b\": 1}}").text("code"))
                .isEqualTo("bad_values");
        assertThat(admin.post(trigger(manual), "{\"value\": 1}").text("code"))
                .isEqualTo("malformed_json");
    }

    @Test
    void aSignedCallFiresItsRule() {
        var hook = hook();
        var body = "{\"type\": \"donation\", \"data\": {\"amount\": 2.5}}";

        var called = hook.call("msg_1", now(), body);

        assertThat(called.status()).isEqualTo(202);
        assertThat(outcomes(called)).containsExactly("fired");
        assertThat(event(called).payload())
                .isEqualTo(
                        new WebhookReceived(
                                UUID.fromString(hook.ruleId()),
                                Map.of("type", "donation", "data.amount", 2.5),
                                0));
    }

    @Test
    void aReplayedCallIsTheSameEvent() {
        var hook = hook();

        var first = hook.call("msg_1", now(), "{}");
        var again = hook.call("msg_1", now() + 1, "{}");
        var next = hook.call("msg_2", now(), "{}");

        assertThat(again.text("event_id")).isEqualTo(first.text("event_id"));
        assertThat(outcomes(next)).containsExactly("fired");
        assertThat(outcomes(first)).containsExactly("fired");
        assertThat(hook().call("msg_1", now(), "{}").text("event_id"))
                .isNotEqualTo(first.text("event_id"));
    }

    @Test
    void whatIsNotSignedWellIsRefused() {
        var hook = hook();
        var other = hook();
        var good = hook.sign("msg_1", now(), "{}");

        assertThat(hook.send("{}").text("code")).isEqualTo("webhook_unsigned");
        assertThat(hook.send("{} ", "msg_1", now(), good).text("code"))
                .isEqualTo("webhook_signature");
        assertThat(hook.send("{}", "msg_1", now(), other.sign("msg_1", now(), "{}")).status())
                .isEqualTo(401);
        assertThat(hook.call("msg_1", now() - 301, "{}").text("code")).isEqualTo("webhook_old");
        assertThat(hook.call("msg_1", now() + 310, "{}").text("code")).isEqualTo("webhook_old");
        assertThat(hook.call("msg_1", now(), "{\"a\":").text("code")).isEqualTo("malformed_json");
        assertThat(hook.call("msg_1", now(), "\"" + "x".repeat(65_535) + "\"").status())
                .isEqualTo(413);
        assertThat(rules.stranger().post("/rules/hooks/" + Ids.next(), "{}").text("code"))
                .isEqualTo("hook_not_found");
        assertThat(rules.stranger().post("/rules/hooks/x", "{}").status()).isEqualTo(404);
        assertThat(hook.call("msg_2", now(), "").status()).isEqualTo(202);
    }

    @Test
    void aLoopOfHooksEnds() {
        var hook = hook();

        assertThat(hook.call("msg_1", now(), "{}", HooksApi.HOPS, "2").status()).isEqualTo(202);
        assertThat(hook.call("msg_2", now(), "{}", HooksApi.HOPS, "3").text("code"))
                .isEqualTo("webhook_loop");
        assertThat(hook.call("msg_3", now(), "{}", HooksApi.HOPS, "-1").text("code"))
                .isEqualTo("webhook_loop");
    }

    @Test
    void aHookIsCalledSoOftenInAMinute() {
        var hook = hook();
        var status = 202;
        var calls = 0;
        while (status == 202 && calls <= 2 * HooksApi.MOST_CALLS) {
            status = hook.call("msg_" + ++calls, now(), "{}").status();
        }

        assertThat(status).isEqualTo(429);
        assertThat(calls).isGreaterThan(HooksApi.MOST_CALLS);
        assertThat(hook().call("msg_1", now(), "{}").status()).isEqualTo(202);
    }

    @Test
    void onlyAdminsSeeASecretAndOnlyOnce() throws SQLException {
        var rule = rule("webhook", "");
        var place = rule.location() + "/webhook";

        var first = admin.post(place, "", "Idempotency-Key", "one");
        var again = admin.post(place, "", "Idempotency-Key", "one");
        var renewed = admin.post(place, "");

        assertThat(first.status()).isEqualTo(201);
        assertThat(first.text("url")).startsWith("https://hub.example/api/v1/rules/hooks/");
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(renewed.text("url")).isEqualTo(first.text("url"));
        assertThat(new Hook(rule, first).call("msg_1", now(), "{}").text("code"))
                .isEqualTo("webhook_signature");
        assertThat(new Hook(rule, renewed).call("msg_1", now(), "{}").status()).isEqualTo(202);
        assertThat(admin.get(place).text("url")).isEqualTo(first.text("url"));
        assertThat(admin.get(place).text("secret")).isEmpty();
        assertThat(rules.client(Role.MODERATOR, workspaceId).post(place, "").status())
                .isEqualTo(403);
        assertThat(rules.client(Role.OWNER, Ids.next()).post(place, "").status()).isEqualTo(404);
        assertThat(rules.client(Role.OWNER, Ids.next()).get(place).status()).isEqualTo(404);
        assertThat(admin.post(rule("manual", "").location() + "/webhook", "").text("code"))
                .isEqualTo("rule_not_webhook");
        assertThat(storedSecrets()).isNotEmpty().noneMatch(secret -> secret.contains("whsec"));
    }

    @Test
    void aHookGoesByItselfOrWithItsRule() {
        var hook = hook();
        var place = "/rules/" + hook.ruleId() + "/webhook";
        var other = hook();

        assertThat(admin.change("DELETE", place, null, "").status()).isEqualTo(204);
        assertThat(admin.change("DELETE", place, null, "").status()).isEqualTo(404);
        assertThat(admin.change("DELETE", "/rules/" + other.ruleId(), 1, "").status())
                .isEqualTo(204);

        assertThat(hook.call("msg_1", now(), "{}").text("code")).isEqualTo("hook_not_found");
        assertThat(other.call("msg_1", now(), "{}").text("code")).isEqualTo("hook_not_found");
    }

    @Test
    void aRuleThatIsTurnedOffIsNotCalled() {
        var hook = hook();
        admin.change("PATCH", "/rules/" + hook.ruleId(), 1, "{\"enabled\": false}");

        assertThat(hook.call("msg_1", now(), "{}").text("code")).isEqualTo("rule_disabled");
    }

    /** A hook and the program that calls it. */
    private final class Hook {
        private final Answer rule;
        private final Answer made;

        Hook(Answer rule, Answer made) {
            this.rule = rule;
            this.made = made;
        }

        String ruleId() {
            return rule.text("id");
        }

        String sign(String id, long seconds, String body) {
            return WebhookSignature.of(made.text("secret"))
                    .sign(id, seconds, body.getBytes(StandardCharsets.UTF_8));
        }

        Answer call(String id, long seconds, String body, String... more) {
            return send(body, id, seconds, sign(id, seconds, body), more);
        }

        Answer send(String body, String id, long seconds, String signature, String... more) {
            var headers = new ArrayList<String>(List.of(more));
            headers.addAll(List.of(WebhookSignature.ID, id));
            headers.addAll(List.of(WebhookSignature.TIMESTAMP, Long.toString(seconds)));
            headers.addAll(List.of(WebhookSignature.SIGNATURE, signature));
            return send(body, headers.toArray(String[]::new));
        }

        Answer send(String body, String... headers) {
            var path = made.text("url").replace("https://hub.example", "");
            return rules.stranger().post(path, body, headers);
        }
    }

    private Hook hook() {
        var rule = rule("webhook", "");
        return new Hook(rule, admin.post(rule.location() + "/webhook", ""));
    }

    /** A rule, in force. */
    private Answer rule(String trigger, String more) {
        var rule =
                admin.post(
                        "/api/v1/rules",
                        """
                        {"name": "Called", "trigger": {"type": "%s"}, %s
                         "actions": [{"type": "device", "command": "motor_spin",
                                      "device_id": "01980000-0000-7000-8000-00000000000d"}]}
                        """
                                .formatted(trigger, more));
        assertThat(rule.status()).isEqualTo(201);
        rules.inForce(workspaceId);
        return rule;
    }

    private static String trigger(Answer rule) {
        return rule.location() + "/trigger";
    }

    private List<Decision> decisionsOf(Answer called) {
        return streams.decisions().stream()
                .filter(decision -> decision.eventId().toString().equals(called.text("event_id")))
                .toList();
    }

    /** What was decided about a call, once it is. */
    private List<Decision> decisions(Answer called) {
        Await.until(() -> !decisionsOf(called).isEmpty());
        return decisionsOf(called);
    }

    private List<String> outcomes(Answer called) {
        return decisions(called).stream().map(Decision::outcome).toList();
    }

    private LiveEvent event(Answer called) {
        return streams.entries(Stream.EVENTS).stream()
                .filter(entry -> entry.field("id").equals(called.text("event_id")))
                .map(Entry::body)
                .map(body -> Json.read(body, LiveEvent.class))
                .findFirst()
                .orElseThrow();
    }

    private static long now() {
        return Instant.now().getEpochSecond();
    }

    private static List<String> storedSecrets() throws SQLException {
        try (var connection =
                        DriverManager.getConnection(
                                Servers.EMBEDDED.jdbcUrl("rules_db"),
                                Servers.EMBEDDED.databaseUser(),
                                Servers.EMBEDDED.databasePassword());
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT secret FROM hooks")) {
            var secrets = new ArrayList<String>();
            while (rows.next()) {
                secrets.add(rows.getString(1));
            }
            return secrets;
        }
    }
}
