package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.rules.Client.Answer;
import io.streamwire.rules.Receiver.Message;
import io.streamwire.rules.WebhookSignature.Verdict;
import io.streamwire.service.Role;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** Rules that tell other programs what happened; each test has a service of its own. */
class WebhooksTest {

    private static final Map<String, String> AT_HOME =
            Map.of("rules.webhooks.allow-private", "true");

    private final UUID workspaceId = Ids.next();

    @Test
    void anotherProgramIsToldAndCanCheckBySignature() {
        try (var receiver = Receiver.saying(204);
                var rules = new RunningRules(AT_HOME)) {
            var admin = rules.client(Role.ADMIN, workspaceId);
            var secret = admin.post("/api/v1/rules/webhooks/secret", "").text("secret");
            var plain = rule(rules, webhook(receiver.url("/plain"), ""));
            var own =
                    rule(rules, webhook(receiver.url("/own"), "\"body\": {\"n\": \"{handle}!\"},"));

            var event = press(rules, plain).text("event_id");
            press(rules, own);
            Await.until(() -> receiver.messages.size() == 2);

            var first = message(receiver, "/plain");
            assertThat(check(secret, first)).isEqualTo(Verdict.GOOD);
            assertThat(json(first.body()).at("/type").asText()).isEqualTo("rule.fired");
            assertThat(json(first.body()).at("/data/event_id").asText()).isEqualTo(event);
            assertThat(first.hops()).isEqualTo("1");
            assertThat(message(receiver, "/own").body()).isEqualTo("{\"n\":\"!\"}");
            Await.until(() ->
                    admin.all("/rules/webhooks/deliveries", "state")
                            .equals(List.of("delivered", "delivered")));
            var listed = admin.get("/rules/webhooks/deliveries?rule_id=" + plain.text("id"));
            assertThat(listed.body().at("/items")).hasSize(1);
            assertThat(listed.body().at("/items/0/id").asText()).isEqualTo(first.id());
            assertThat(listed.body().at("/items/0/attempts").asInt()).isEqualTo(1);
            assertThat(listed.body().at("/items/0/last_status").asInt()).isEqualTo(204);
            assertThat(rules.client(Role.ADMIN, Ids.next()).all("/rules/webhooks/deliveries", "id"))
                    .isEmpty();
        }
    }

    @Test
    void theSecretStaysTheSameWhenWhatItIsSealedWithChanges() {
        var next = "the next secret of thirty-two characters";
        String secret;
        try (var rules = new RunningRules(AT_HOME)) {
            secret =
                    rules.client(Role.ADMIN, workspaceId)
                            .post("/api/v1/rules/webhooks/secret", "")
                            .text("secret");
        }
        new RunningRules(sealedWith(next, RunningRules.SECRET)).close();

        try (var receiver = Receiver.saying(204);
                var rules = new RunningRules(sealedWith(next, ""))) {
            press(rules, rule(rules, webhook(receiver.url("/"), "")));
            Await.until(() -> !receiver.messages.isEmpty());

            assertThat(check(secret, receiver.messages.getFirst())).isEqualTo(Verdict.GOOD);
        }
        new RunningRules(sealedWith(RunningRules.SECRET, next)).close();
    }

    private static Map<String, String> sealedWith(String secret, String former) {
        return Map.of(
                "rules.webhooks.allow-private",
                "true",
                "service.secret",
                secret,
                "service.former-secret",
                former);
    }

    @Test
    void whatFailedIsSentAgainUnderTheSameIdAlsoAfterARestart() {
        try (var receiver =
                new Receiver((exchange, number) ->
                        exchange.sendResponseHeaders(number == 1 ? 503 : 200, -1))) {
            try (var rules = new RunningRules(AT_HOME)) {
                var admin = rules.client(Role.ADMIN, workspaceId);
                press(rules, rule(rules, webhook(receiver.url("/"), "")));
                Await.until(() ->
                        admin.all("/rules/webhooks/deliveries", "last_status")
                                .equals(List.of("503")));
                assertThat(admin.all("/rules/webhooks/deliveries", "state"))
                        .containsExactly("pending");
            }
            try (var restarted = new RunningRules(AT_HOME)) {
                var admin = restarted.client(Role.ADMIN, workspaceId);
                Await.until(() ->
                        admin.all("/rules/webhooks/deliveries", "state")
                                .equals(List.of("delivered")));

                assertThat(receiver.messages).hasSize(2);
                assertThat(receiver.messages.get(1).id())
                        .isEqualTo(receiver.messages.getFirst().id());
                assertThat(admin.all("/rules/webhooks/deliveries", "attempts"))
                        .containsExactly("2");
            }
        }
    }

    @Test
    void thisHostIsNotReachedByDefault() {
        try (var receiver = Receiver.saying(200);
                var rules = new RunningRules(Map.of())) {
            var admin = rules.client(Role.ADMIN, workspaceId);
            press(rules, rule(rules, webhook(receiver.url("/"), "")));

            Await.until(() ->
                    admin.all("/rules/webhooks/deliveries", "state").equals(List.of("failed")));

            assertThat(admin.all("/rules/webhooks/deliveries", "last_error"))
                    .containsExactly("address_refused");
            assertThat(receiver.messages).isEmpty();
        }
    }

    @Test
    void aRuleThatCallsItselfEnds() {
        try (var rules = new RunningRules(AT_HOME)) {
            var admin = rules.client(Role.ADMIN, workspaceId);
            var rule =
                    admin.post(
                            "/api/v1/rules", called("webhook", webhook("http://x.invalid/", "")));
            var made = admin.post(rule.location() + "/webhook", "");
            var hook = "http://127.0.0.1:" + rules.port() + made.text("url");
            admin.change("PUT", rule.location(), 1, called("webhook", webhook(hook, "")));
            inForce(rules);

            var body = "{}";
            var seconds = Instant.now().getEpochSecond();
            var called =
                    rules.stranger()
                            .post(
                                    made.text("url"),
                                    body,
                                    WebhookSignature.ID,
                                    "msg",
                                    WebhookSignature.TIMESTAMP,
                                    Long.toString(seconds),
                                    WebhookSignature.SIGNATURE,
                                    WebhookSignature.of(made.text("secret"))
                                            .sign(
                                                    "msg",
                                                    seconds,
                                                    body.getBytes(StandardCharsets.UTF_8)));

            assertThat(called.status()).isEqualTo(202);
            Await.until(() ->
                    admin.all("/rules/webhooks/deliveries", "state").equals(List.of("failed")));
            assertThat(admin.all("/rules/webhooks/deliveries", "last_status"))
                    .containsExactly("401");
        }
    }

    @Test
    void aWorkspaceSendsSoManyInAMinute() {
        try (var receiver = Receiver.saying(200);
                var rules = new RunningRules(AT_HOME)) {
            var admin = rules.client(Role.ADMIN, workspaceId);
            var sixteen = String.join(",", Collections.nCopies(16, webhook(receiver.url("/"), "")));
            var rule = rule(rules, sixteen);
            for (int i = 0; i < 10; i++) {
                press(rules, rule);
            }

            Await.until(
                    () -> admin.all("/rules/webhooks/deliveries?limit=200", "id").size() == 160);
            Await.until(() ->
                    !admin.all("/rules/webhooks/deliveries?limit=200", "state")
                            .contains("pending"));

            assertThat(admin.all("/rules/webhooks/deliveries?limit=200", "last_error"))
                    .contains("too_many");
            assertThat(receiver.messages)
                    .hasSizeGreaterThanOrEqualTo(WebhookDeliveries.MOST)
                    .hasSizeLessThan(160);
        }
    }

    @Test
    void aSlowReceiverKeepsOnlyItsOwnWorkspaceWaiting() {
        var answers = new Semaphore(0);
        try (var slow =
                        new Receiver((exchange, _) -> {
                            answers.acquireUninterruptibly();
                            exchange.sendResponseHeaders(200, -1);
                        });
                var quick = Receiver.saying(200);
                var rules = new RunningRules(AT_HOME)) {
            var other = new Caller(rules, Ids.next());
            var quickly = other.rule(webhook(quick.url("/"), ""));
            var sixteen = String.join(",", Collections.nCopies(16, webhook(slow.url("/"), "")));
            var rule = rule(rules, sixteen);
            for (int i = 0; i < 5; i++) {
                press(rules, rule);
            }
            var admin = rules.client(Role.ADMIN, workspaceId);
            Await.until(() -> admin.all("/rules/webhooks/deliveries?limit=200", "id").size() == 80);
            Await.until(() -> slow.messages.size() == WebhookDeliveries.MOST_OF_ONE);

            other.press(quickly); // before the slow one is given up

            Await.until(() -> quick.messages.size() == 1);
            assertThat(slow.messages).hasSize(WebhookDeliveries.MOST_OF_ONE);
            answers.release(1_000);
            Await.until(() -> slow.messages.size() == 80);
        }
    }

    @Test
    void aTextIsShownToWhoWatchesTheOverlay() throws Exception {
        try (var rules = new RunningRules(Map.of());
                var overlay = new Overlay(rules.client(Role.VIEWER, workspaceId), null);
                var other = new Overlay(rules.client(Role.VIEWER, Ids.next()), null)) {
            var rule =
                    rule(
                            rules,
                            "{\"type\": \"overlay\", \"text\": \"<b>{viewer}</b> spins\", \"for_ms\": 700}");

            var event = press(rules, rule).text("event_id");

            var shown = overlay.next();
            assertThat(shown.at("/text").asText()).isEqualTo("<b></b> spins");
            assertThat(shown.at("/for_ms").asInt()).isEqualTo(700);
            assertThat(shown.at("/event_id").asText()).isEqualTo(event);
            press(rules, rule);
            overlay.next();
            try (var resumed =
                    new Overlay(rules.client(Role.VIEWER, workspaceId), overlay.firstId())) {
                assertThat(resumed.next()).isNotEqualTo(shown);
            }
            assertThat(other.received()).isZero();
        }
    }

    private static String webhook(String url, String more) {
        return "{\"type\": \"webhook\", %s \"url\": \"%s\"}".formatted(more, url);
    }

    private static String called(String trigger, String actions) {
        return "{\"name\": \"Tells\", \"trigger\": {\"type\": \"%s\"}, \"actions\": [%s]}"
                .formatted(trigger, actions);
    }

    /** A workspace. */
    private record Caller(RunningRules rules, UUID workspaceId) {

        /** A manual rule, in force. */
        Answer rule(String actions) {
            var rule =
                    rules.client(Role.ADMIN, workspaceId)
                            .post("/api/v1/rules", called("manual", actions));
            assertThat(rule.status()).isEqualTo(201);
            rules.inForce(workspaceId);
            return rule;
        }

        Answer press(Answer rule) {
            var pressed =
                    rules.client(Role.MODERATOR, workspaceId)
                            .post(rule.location() + "/trigger", "");
            assertThat(pressed.status()).isEqualTo(202);
            return pressed;
        }
    }

    private Answer rule(RunningRules rules, String actions) {
        return new Caller(rules, workspaceId).rule(actions);
    }

    private void inForce(RunningRules rules) {
        rules.inForce(workspaceId);
    }

    private Answer press(RunningRules rules, Answer rule) {
        return new Caller(rules, workspaceId).press(rule);
    }

    private static Message message(Receiver receiver, String path) {
        return receiver.messages.stream()
                .filter(message -> message.path().equals(path))
                .findFirst()
                .orElseThrow();
    }

    private static Verdict check(String secret, Message message) {
        return WebhookSignature.of(secret)
                .check(
                        message.id(),
                        message.timestamp(),
                        message.signature(),
                        message.body().getBytes(StandardCharsets.UTF_8),
                        Instant.now());
    }

    private static JsonNode json(String text) {
        return Json.read(text, JsonNode.class);
    }
}
