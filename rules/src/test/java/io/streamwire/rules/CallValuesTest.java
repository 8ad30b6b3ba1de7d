package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Json;
import io.streamwire.service.Problem;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallValuesTest {

    @Test
    void aPersonsValuesAreTakenAsTheyAre() {
        assertThat(checked("{\"a\": \"x\", \"b\": 1, \"c\": 1.5, \"d\": true}"))
                .isEqualTo(Map.of("a", "x", "b", 1L, "c", 1.5, "d", true));
        assertThat(CallValues.checked(null)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "5",
                "{\"a\": null}",
                "{\"a\": {}}",
                "{\"a\": [1]}",
                "{\"a b\": 1}",
                "{\"\": 1}",
                "{\"a\": \"\\u0000\"}",
                "{\"a\": \"\\ud800\"}",
                "{\"a\": 1e999}",
            })
    void otherValuesOfAPersonAreRefused(String json) {
        assertThatThrownBy(() -> checked(json))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> {
                            assertThat(problem.code()).isEqualTo("bad_values");
                            assertThat(problem.violations()).hasSize(1);
                        });
    }

    @Test
    void tooMuchOfAPersonIsRefused() {
        assertThatThrownBy(() -> checked(many(CallValues.MOST + 1))).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> checked("{\"a\": \"" + "x".repeat(501) + "\"}"))
                .isInstanceOf(Problem.class);
        assertThat(checked(many(CallValues.MOST))).hasSize(CallValues.MOST);
    }

    @Test
    void whatFitsOfAProgramsJsonIsTaken() {
        var json =
                """
                {"type": "donation", "a b": 1, "list": [1], "none": null, "huge": 1e999,
                 "data": {"amount": 2.5, "from": {"name": "Ada\\u0000", "deep": {"er": 1}}}}
                """;

        assertThat(fitting(json))
                .isEqualTo(
                        Map.of("type", "donation", "data.amount", 2.5, "data.from.name", "Ada "));
        assertThat(fitting("[1, 2]")).isEmpty();
        assertThat(fitting("7")).isEmpty();
    }

    @Test
    void aProgramsValuesAreCutToWhatThereMayBe() {
        assertThat(fitting(many(1_000))).hasSize(CallValues.MOST);
        assertThat(fitting("{\"a\": \"" + "🔥".repeat(600) + "\"}").get("a"))
                .isEqualTo("🔥".repeat(500));
    }

    private static String many(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"v%d\": %d".formatted(i, i))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static Map<String, Object> checked(String json) {
        return CallValues.checked(Json.read(json, JsonNode.class));
    }

    private static Map<String, Object> fitting(String json) {
        return CallValues.fitting(Json.read(json, JsonNode.class));
    }
}
