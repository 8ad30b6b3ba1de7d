package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Action;
import io.streamwire.contract.Decision;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.Stream;
import io.streamwire.rules.Client.Answer;
import io.streamwire.service.Role;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rules and viewers who mean harm, against the whole service: each has an end soon, and a refusal
 * that says why. What single parts refuse is in their own tests: {@link ExpressionTest}, {@link
 * RuleJsonTest}, {@link TextTemplateTest}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileRulesTest {

    /** Far more than it takes, for a busy machine. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private static final String RULES = "/api/v1/rules";
    private static final String SPIN =
            """
            {"type": "device", "device_id": "01980000-0000-7000-8000-00000000000d",
             "command": "motor_spin", "args": {"level": {"from": "argument:1", "default": 7}}}
            """;

    private final RunningRules rules =
            new RunningRules(Map.of("rules.webhooks.allow-private", "true"));
    private final LiveEvents events = new LiveEvents();
    private final UUID workspaceId = events.workspaceId();
    private final Client admin = rules.client(Role.ADMIN, workspaceId);
    private final Streams streams = rules.streams(workspaceId);

    @AfterAll
    void stop() {
        rules.close();
    }

    static List<Arguments> refused() {
        var nothing = "{\"type\": \"choice\", \"of\": %s}".formatted(copies(16, "{}"));
        var options = "{\"type\": \"choice\", \"of\": %s}";
        var choices = options.formatted(copies(16, "{\"action\": %s}".formatted(nothing)));
        var endless = options.formatted(copies(15, "{\"action\": %s}".formatted(choices)));
        return List.of(
                arguments(spins("[%s]".formatted("{},".repeat(9_999) + "{}")), "/actions"),
                arguments(spins("[%s]".formatted(endless)), "/actions"),
                arguments(regex("((((a{9}){99}){99}){99})$"), "/trigger/regex"),
                arguments(regex("(.{20}){25}(a|b){10}"), "/trigger/regex"),
                arguments(condition("(".repeat(400) + "true" + ")".repeat(400)), "/condition"),
                arguments(condition("event.text == '" + "x".repeat(20_000) + "'"), "/condition"),
                arguments(condition("event.text + event.text == ''"), "/condition"),
                arguments(condition("event.text.matches('(a+)+$')"), "/condition"),
                arguments(
                        spins("[{\"type\": \"overlay\", \"text\": \"{text.length()}\"}]"),
                        "/actions/0/text"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatWantsTooMuchIsRefusedAtOnce(String rule, String pointer) {
        var answer = soon(() -> admin.post(RULES, rule));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("code")).isEqualTo("rule_invalid");
        assertThat(answer.body().at("/errors/0/pointer").asText()).isEqualTo(pointer);
    }

    @Test
    void whatIsNestedVeryDeepIsNoRule() {
        var deep = "{\"a\": ".repeat(5_000) + "1" + "}".repeat(5_000);

        var answer = soon(() -> admin.post(RULES, spins("[%s]".formatted(deep))));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("code")).isEqualTo("malformed_json");
    }

    @Test
    void aPatternAndAnExpressionWithoutEndHaveOne() {
        var digits = IntStream.range(0, 10).boxed().toList();
        var loop =
                "%1$s.all(a, %1$s.all(b, %1$s.all(c, %1$s.all(d, event.text.contains('b') || a + b + c + d >= 0))))"
                        .formatted(digits);
        var catastrophe = made(regex("(a+)+$"));
        var match = made(regex("(a+)+!$"));
        var endless = made(condition(loop));
        rules.inForce(workspaceId);
        var comment = events.comment("a".repeat(499) + "!");

        var decisions =
                soon(() -> {
                    streams.publish(comment);
                    return decisions(comment, 2);
                });

        assertThat(decisions)
                .extracting(decision -> decision.ruleId() + " " + decision.outcome())
                .containsExactly(
                        match.text("id") + " fired", endless.text("id") + " condition_error");
        for (var rule : List.of(catastrophe, match, endless)) {
            admin.change("DELETE", rule.location(), 1, "");
        }
    }

    static List<String> hostileTexts() {
        return List.of(
                "<script>alert(document.cookie)</script><img src=x onerror=alert(1)>",
                "'; DROP TABLE rules; -- \\' OR 1=1 /* */ \" ` ; $1 :workspace",
                "sw/1/+/#/../$SYS/down/cmd",
                "{handle} {{x}} }}{{ {argument:1} ${jndi:ldap://x} {0} %s %n",
                "\"},\"says\":\"forged\",\"x\":[{\"",
                "1\r\n$8\r\nFLUSHALL\r\n*1\r\n",
                "]] .. redis.call('FLUSHALL') -- ,\"epoch\":0, \\\" \\u0022",
                "😀 ﷺ ß ı \u202e\u0000\u001b[2J");
    }

    @Test
    void whatAViewerWroteIsAText() throws Exception {
        try (var receiver = Receiver.saying(200);
                var overlay = new Overlay(rules.client(Role.VIEWER, workspaceId), null)) {
            var rule =
                    made(
                            """
                            {"name": "Say", "trigger": {"type": "comment", "command": "say"}, "actions": [
                              {"type": "webhook", "url": "%s", "body": {"says": "{text}", "n": 1}},
                              {"type": "overlay", "text": "{text}"}, %s]}
                            """
                                    .formatted(receiver.url("/"), SPIN));
            rules.inForce(workspaceId);
            var shown = TextTemplate.of("{text}");

            for (var text : hostileTexts()) {
                var comment = events.comment("!say " + text);
                var expected = shown.fill(comment);
                int before = receiver.messages.size();
                streams.publish(comment);

                assertThat(decisions(comment, 1).getFirst().outcome()).isEqualTo(Decision.FIRED);
                Await.until(() -> receiver.messages.size() == before + 1);
                var body = Json.read(receiver.messages.getLast().body(), JsonNode.class);
                assertThat(body.toString()).isEqualTo(Json.write(new Said(1, expected)));
                assertThat(overlay.next().path("text").asText()).isEqualTo(expected);
                assertThat(expected)
                        .isEqualTo(
                                "!say "
                                        + text.replaceAll("[\r\n]", " ")
                                                .replaceAll("[\u202e\u0000\u001b]", ""));
                var action = action(comment);
                assertThat(action.command()).isEqualTo("motor_spin");
                assertThat(action.deviceId()).hasToString("01980000-0000-7000-8000-00000000000d");
                assertThat(action.args())
                        .isEqualTo(Map.of("level", text.startsWith("1") ? 1L : 7L));
                assertThat(action.epoch()).isZero();
            }
            admin.change("DELETE", rule.location(), 1, "");
        }
    }

    /** What the webhook of the test above says. */
    private record Said(int n, String says) {}

    private Action action(LiveEvent event) {
        return streams.entries(Stream.ACTIONS).stream()
                .filter(entry -> entry.type().equals(Action.TYPE))
                .filter(entry -> entry.field("event_id").equals(event.id().toString()))
                .map(entry -> Json.read(entry.body(), Action.class))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aRuleThatCallsItselfThroughARelayEndsAtTheBound() {
        var relayed = new CopyOnWriteArrayList<Answer>();
        var relay = new ArrayList<Relay>();
        try (var receiver =
                new Receiver((exchange, _) -> {
                    relayed.add(
                            relay.getFirst()
                                    .pass(exchange.getRequestHeaders().getFirst(HooksApi.HOPS)));
                    exchange.sendResponseHeaders(200, -1);
                })) {
            var rule =
                    made(
                            """
                            {"name": "Again", "trigger": {"type": "webhook"},
                             "actions": [{"type": "webhook", "url": "%s"}, {"type": "webhook", "url": "%1$s"}]}
                            """
                                    .formatted(receiver.url("/")));
            relay.add(new Relay(rules.stranger(), admin.post(rule.location() + "/webhook", "")));
            rules.inForce(workspaceId);

            assertThat(relay.getFirst().pass("0").status()).isEqualTo(202);

            // Two each time: 2, then 4, then 8, of which none gets any further.
            Await.until(() -> relayed.size() == 2 + 4 + 8);
            assertThat(relayed).filteredOn(answer -> answer.status() == 202).hasSize(2 + 4);
            assertThat(relayed)
                    .filteredOn(answer -> answer.status() != 202)
                    .hasSize(8)
                    .allSatisfy(answer -> {
                        assertThat(answer.status()).isEqualTo(409);
                        assertThat(answer.text("code")).isEqualTo("webhook_loop");
                    });
            assertThat(receiver.messages)
                    .extracting(Receiver.Message::hops)
                    .containsOnly("1", "2", "3");
            admin.change("DELETE", rule.location(), 1, "");
        }
    }

    /** A program that passes on what it is told, and signs it as the hook wants it. */
    private record Relay(Client caller, Answer hook) {
        Answer pass(String hops) {
            var id = Ids.next().toString();
            var seconds = Instant.now().getEpochSecond();
            return caller.post(
                    hook.text("url"),
                    "{}",
                    HooksApi.HOPS,
                    hops,
                    WebhookSignature.ID,
                    id,
                    WebhookSignature.TIMESTAMP,
                    Long.toString(seconds),
                    WebhookSignature.SIGNATURE,
                    WebhookSignature.of(hook.text("secret"))
                            .sign(id, seconds, "{}".getBytes(StandardCharsets.UTF_8)));
        }
    }

    static List<Arguments> heavy() {
        var texts =
                IntStream.range(0, 50)
                        .mapToObj(i -> "\"%s%02d\"".formatted("t".repeat(98), i))
                        .toList();
        // One character that becomes eighteen when it is compared.
        var swollen = copies(1, "\"%s\"".formatted("ﷺ".repeat(200)));
        var names =
                IntStream.range(0, 50)
                        .mapToObj(i -> "\"%s\"".formatted("g".repeat(98) + (i + 10)))
                        .toList();
        return List.of(
                arguments(contains(texts), 20),
                arguments(contains(swollen), 27),
                arguments("{\"type\": \"gift\", \"names\": %s}".formatted(names), 20),
                arguments("{\"type\": \"comment\", \"regex\": \".{490}\"}", 10));
    }

    @ParameterizedTest
    @MethodSource("heavy")
    void theRulesOfAWorkspaceHaveAWeight(String trigger, int fit) {
        var owner = rules.client(Role.ADMIN, Ids.next());
        var rule = rule(trigger, "", "[%s]".formatted(SPIN));
        var light = rule("{\"type\": \"follow\"}", "", "[%s]".formatted(SPIN));
        for (int i = 0; i < fit; i++) {
            assertThat(soon(() -> owner.post(RULES, rule)).status()).isEqualTo(201);
        }
        var small = owner.post(RULES, light);
        var heavy = owner.get(RULES + "?limit=1").body().at("/items/0/id").asText();
        assertThat(owner.change("DELETE", RULES + "/" + heavy, 1, "").status()).isEqualTo(204);
        assertThat(owner.post(RULES, rule).status()).isEqualTo(201);

        var bundle =
                "{\"format\": \"streamwire-rules\", \"version\": 1, \"rules\": [%s]}"
                        .formatted(rule);
        for (var answer :
                List.of(
                        owner.post(RULES, rule),
                        owner.change("PUT", small.location(), 1, rule),
                        owner.post(RULES + "/import", bundle),
                        owner.post(RULES + "/import?dry_run=true", bundle),
                        owner.change(
                                "POST",
                                RULES + "/" + heavy + "/rollback",
                                2,
                                "{\"version\": 1}"))) {
            assertThat(answer.status()).isEqualTo(409);
            assertThat(answer.text("code")).isEqualTo("rules_too_large");
        }
        assertThat(owner.all(RULES + "?limit=200", "id")).hasSize(fit + 1);
        assertThat(owner.post(RULES + "/import?mode=replace", bundle).status()).isEqualTo(200);
    }

    private static String contains(List<String> texts) {
        return "{\"type\": \"comment\", \"contains\": %s}".formatted(texts);
    }

    private static String spins(String actions) {
        return rule("{\"type\": \"follow\"}", "", actions);
    }

    private static String regex(String regex) {
        return rule(
                "{\"type\": \"comment\", \"regex\": \"%s\"}".formatted(regex),
                "",
                "[%s]".formatted(SPIN));
    }

    private static String condition(String cel) {
        return rule(
                "{\"type\": \"comment\", \"contains\": \"a\"}",
                "\"condition\": \"%s\",".formatted(cel),
                "[%s]".formatted(SPIN));
    }

    private static String rule(String trigger, String more, String actions) {
        return "{\"name\": \"Hostile\", %s \"trigger\": %s, \"actions\": %s}"
                .formatted(more, trigger, actions);
    }

    private static List<String> copies(int count, String json) {
        return Collections.nCopies(count, json);
    }

    private Answer made(String rule) {
        var made = admin.post(RULES, rule);
        assertThat(made.status()).isEqualTo(201);
        return made;
    }

    /** What was decided about an event, once it is. */
    private List<Decision> decisions(LiveEvent event, int count) {
        Await.until(SOON, () -> decisionsOf(event).size() >= count);
        return decisionsOf(event);
    }

    private List<Decision> decisionsOf(LiveEvent event) {
        return streams.decisions().stream()
                .filter(decision -> decision.eventId().equals(event.id()))
                .toList();
    }

    private static <T> T soon(Supplier<T> work) {
        var began = System.nanoTime();
        var result = work.get();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(SOON);
        return result;
    }
}
