package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.rules.RuleEngine.Match;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What one event may take, however many rules it sets off. */
class EventBoundsTest {

    private static final Instant NOW = Instant.parse("2026-11-29T20:15:00Z");
    private static final String SPIN =
            """
            {"type": "device", "device_id": "01980000-0000-7000-8000-00000000000d",
             "command": "motor_spin", "args": {"level": %s}}
            """;

    private final LiveEvents events = new LiveEvents();

    @Test
    void soManyExpressionsAreEvaluated() {
        var loops = RuleEngine.MAX_WORK / Expression.WORK_OF_LOOP;
        var rule =
                rule("\"condition\": \"!viewer.roles.exists(r, r == 'king')\",", SPIN.formatted(5));

        var refusals = refusals(Collections.nCopies(loops + 3, rule));

        assertThat(refusals.subList(0, loops)).containsOnly("");
        assertThat(refusals.subList(loops, loops + 3)).containsOnly(RuleEngine.TOO_MUCH);
    }

    @Test
    void argumentsAreExpressionsToo() {
        var loop = "{\"cel\": \"size(event.arguments.map(a, a))\"}";
        var sixteen =
                String.join(",", Collections.nCopies(8, SPIN.formatted(loop)))
                        + ","
                        + String.join(
                                ",", Collections.nCopies(8, SPIN.formatted("{\"cel\": \"1\"}")));
        int each = 8 * Expression.WORK_OF_LOOP + 8;

        var refusals = refusals(Collections.nCopies(30, rule("", sixteen)));

        assertThat(refusals).filteredOn(String::isEmpty).hasSize(RuleEngine.MAX_WORK / each);
    }

    /** The worst that there may be, on a busy machine. */
    @Test
    void theWorstExpressionsHaveAnEndSoon() {
        var digits = IntStream.range(0, 10).boxed().toList();
        var worst =
                "%1$s.map(a, %1$s.map(b, [event.arguments, event.arguments, event.arguments])).size() > 0"
                        .formatted(digits);
        var engine =
                new RuleEngine(
                        rules(
                                Collections.nCopies(
                                        1_000,
                                        rule(
                                                "\"condition\": \"%s\",".formatted(worst),
                                                SPIN.formatted(5)))));
        var comment = events.comment("!spin " + "a ".repeat(5_000));
        var began = System.nanoTime();

        var matches = engine.match(comment, NOW);

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
        assertThat(Decider.fitting(matches)).hasSize(Decider.MAX_RULES_PER_EVENT);
    }

    @Test
    void soMuchIsWrittenForOneEvent() {
        var webhook =
                "{\"type\": \"webhook\", \"url\": \"https://example.com\", \"body\": {\"a\": %s}}"
                        .formatted(Collections.nCopies(9, "\"%s\"".formatted("x".repeat(400))));
        var sixteen = String.join(",", Collections.nCopies(16, webhook));
        var event = events.comment("!spin");
        var space = Space.dry(0, Ids.next());
        var call = new DecisionCall(space, event, 1, 1, "");

        new RuleEngine(rules(Collections.nCopies(25, rule("", sixteen))))
                .match(event, NOW)
                .forEach(call::add);

        var planned = call.planned();
        assertThat(planned).hasSize(25);
        assertThat(planned.getFirst()).hasSize(16);
        assertThat(planned.getLast()).isEmpty();
        assertThat(call.args()).contains(RuleEngine.TOO_MUCH);
        assertThat(call.args().stream().mapToInt(String::length).sum())
                .isBetween(DecisionCall.MAX_WRITTEN - 100_000, DecisionCall.MAX_WRITTEN + 20_000);
    }

    private List<String> refusals(List<String> definitions) {
        return new RuleEngine(rules(definitions))
                .match(events.comment("!spin 1 2"), NOW).stream()
                        .map(Match::refusal)
                        .map(refusal -> refusal == null ? "" : refusal)
                        .toList();
    }

    private List<Rule> rules(List<String> definitions) {
        return definitions.stream()
                .map(json ->
                        new Rule(
                                Ids.next(),
                                events.workspaceId(),
                                1,
                                Instant.EPOCH,
                                Instant.EPOCH,
                                RuleJson.read(Json.read(json, JsonNode.class))))
                .toList();
    }

    private static String rule(String more, String actions) {
        return """
        {"name": "Spin", "trigger": {"type": "comment", "command": "spin"}, %s
         "actions": [%s]}
        """
                .formatted(more, actions);
    }
}
