package io.streamwire.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Ids;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Why a rule did not fire, asked through the gateway: rules has the event from ingest. */
@Timeout(60)
@ExtendWith(SharedHub.class)
class WhyTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static ApiClient owner;
    private static UUID rule;

    @BeforeAll
    static void register() {
        owner = new ApiClient(SharedHub.hub().url());
        owner.register("why", "a long password");
        rule = rule("spin", 60_000);
    }

    private static UUID rule(String text, int cooldown) {
        return ApiClient.id(
                owner.post(
                        "/api/v1/rules",
                        Map.of(
                                "name",
                                text,
                                "trigger",
                                Map.of("type", "comment", "contains", text),
                                "cooldown",
                                Map.of("global_ms", cooldown),
                                "actions",
                                List.of(
                                        Map.of(
                                                "type",
                                                "device",
                                                "device_id",
                                                Ids.next().toString(),
                                                "command",
                                                "motor_spin")))));
    }

    private static String comment(String text) {
        return owner.post("/api/v1/livestreams/simulate", Map.of("type", "comment", "text", text))
                .at("/events/0")
                .asText();
    }

    /** Once the event is stored. */
    private static JsonNode why(UUID rule, String event) {
        Wait.until(
                PATIENCE,
                "the event is stored",
                () -> owner.get("/api/v1/livestreams/events/stored").toString().contains(event));
        return owner.get("/api/v1/rules/" + rule + "/why?event=" + event);
    }

    /** Once it is decided and written down. */
    private static JsonNode decided(UUID rule, String event) {
        Wait.until(PATIENCE, "the event is decided on", () -> why(rule, event).has("decision"));
        return why(rule, event);
    }

    @Test
    void aRuleThatDidNotMatchSaysWhatItHeardAndWhatItNeeds() {
        var why = why(rule, comment("HELLO there"));

        assertThat(why.path("fired").asBoolean()).isFalse();
        assertThat(why.path("reason").asText()).isEqualTo("text");
        assertThat(why.at("/observed/text").asText()).isEqualTo("hello there");
        assertThat(why.at("/needed/trigger/contains").asText()).isEqualTo("spin");
        assertThat(why.has("decision")).isFalse();
    }

    @Test
    void aRuleThatMatchedSaysWhatItDecided() {
        var other = rule("twist", 60_000);
        Wait.until(
                PATIENCE,
                "the rule is in force",
                () ->
                        why(other, comment("twist")).has("decision")
                                || owner.get("/api/v1/rules/executions?rule_id=" + other)
                                        .at("/items/0")
                                        .isObject());

        var why = decided(other, comment("twist again"));

        assertThat(why.path("reason").asText()).isEqualTo("cooldown_global");
        assertThat(why.path("remaining_ms").asLong()).isBetween(1L, 60_000L);
        assertThat(why.at("/needed/cooldown/global_ms").asLong()).isEqualTo(60_000);
        assertThat(why.at("/decision/outcome").asText()).isEqualTo("cooldown_global");
    }

    @Test
    void anEventThatNobodyKnowsIsNotExplained() {
        assertThatThrownBy(() -> owner.get("/api/v1/rules/" + rule + "/why?event=" + Ids.next()))
                .hasMessageContaining("404")
                .hasMessageContaining("event_not_stored");
        assertThatThrownBy(() -> owner.get("/api/v1/rules/" + rule + "/why?event=7"))
                .hasMessageContaining("bad_event");
        assertThatThrownBy(
                        () -> owner.get("/api/v1/rules/" + Ids.next() + "/why?event=" + Ids.next()))
                .hasMessageContaining("rule_not_found");
    }

    @Test
    void anotherWorkspaceSeesNeitherRuleNorEvent() {
        var event = comment("mine");
        why(rule, event);
        var stranger = new ApiClient(SharedHub.hub().url());
        stranger.register("why_stranger", "a long password");

        assertThatThrownBy(() -> stranger.get("/api/v1/rules/" + rule + "/why?event=" + event))
                .hasMessageContaining("rule_not_found");
        assertThatThrownBy(() -> stranger.get("/api/v1/livestreams/events/" + event))
                .hasMessageContaining("event_not_stored");
    }
}
