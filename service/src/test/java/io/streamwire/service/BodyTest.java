package io.streamwire.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BodyTest {

    record Step(int level, @Nullable String note) {
        Step {
            if (level > 100) {
                throw new IllegalArgumentException("level must be 0 to 100: " + level);
            }
        }
    }

    record Plan(
            String name,
            boolean enabled,
            Role role,
            Optional<UUID> device,
            List<Step> steps,
            @Nullable Long ttlMs) {
        Plan {
            steps = List.copyOf(steps);
        }
    }

    private static final String GOOD =
            "{\"name\":\"n\",\"enabled\":true,\"role\":\"viewer\",\"steps\":[{\"level\":1}]}";

    @Test
    void whatMayBeAbsentIsAbsent() {
        var plan = parse(GOOD);

        assertThat(plan.ttlMs()).isNull();
        assertThat(plan.device()).isEmpty();
        assertThat(plan.steps()).containsExactly(new Step(1, null));
    }

    @Test
    void whatMustBeThereIsRequired() {
        assertRefused("{}", "/name", "This field is required.");
        assertRefused(GOOD.replace("\"enabled\":true,", ""), "/enabled", "This field is required.");
        assertRefused(GOOD.replace("\"n\"", "null"), "/name", "Must not be null.");
        assertRefused(
                GOOD.replace("{\"level\":1}", "{\"note\":\"x\"}"),
                "/steps/0/level",
                "This field is required.");
    }

    @Test
    void valuesOfAnotherTypeAreExplained() {
        assertRefused(GOOD.replace("\"n\"", "5"), "/name", "Must be a text without NUL.");
        assertRefused(
                GOOD.replace("\"n\"", "\"a\\u0000b\""), "/name", "Must be a text without NUL.");
        assertRefused(GOOD.replace("true", "\"true\""), "/enabled", "Must be true or false.");
        assertRefused(
                GOOD.replace("\"viewer\"", "\"king\""),
                "/role",
                "Must be one of viewer, moderator, admin, owner.");
        assertRefused(GOOD.replace(":1}", ":1.5}"), "/steps/0/level", "Must be a whole number.");
        assertRefused(GOOD.replace(":1}", ":\"1\"}"), "/steps/0/level", "Must be a whole number.");
        assertRefused(
                GOOD.replace("\"steps\"", "\"device\":\"x\",\"steps\""),
                "/device",
                "Must be a UUID.");
        assertRefused(GOOD.replace("[{\"level\":1}]", "{}"), "/steps", "Must be an array.");
        assertRefused("[]", "", "Must be an object.");
    }

    @Test
    void unknownAndRepeatedFieldsAreRefused() {
        assertRefused(
                GOOD.replace("\"level\":1", "\"level\":1,\"a/b~\":2"),
                "/steps/0/a~1b~0",
                "There is no such field.");
        assertRefused(GOOD.replace("{\"name\"", "{\"name\":\"m\",\"name\""), "", null);
    }

    @Test
    void whatIsNoJsonIsRefused() {
        assertRefused("", "", null);
        assertRefused("null", "", "The body must not be null.");
        assertRefused("{\"name\"", "", null);
        assertRefused("{\"name\":\"a", "", "Not JSON, at line 1, column 11.");
        assertRefused(GOOD + "{}", "", null);
        assertRefused("[".repeat(10_000), "", null);
    }

    @Test
    void whatIsNestedTooDeepIsRefused() {
        for (var json : List.of("[".repeat(10_000), "{\"a\":".repeat(40) + "1" + "}".repeat(40))) {
            var problem =
                    catchThrowableOfType(
                            Problem.class,
                            () ->
                                    Body.parse(
                                            json.getBytes(StandardCharsets.UTF_8), JsonNode.class));

            assertThat(problem.code()).isEqualTo("malformed_json");
        }
    }

    @Test
    void aValueThatTheRecordRefusesIsUnprocessable() {
        var problem = refused(GOOD.replace(":1}", ":101}"));

        assertThat(problem.status().code()).isEqualTo(422);
        assertThat(problem.code()).isEqualTo("invalid_value");
        assertThat(problem.violations())
                .containsExactly(new Violation("/steps/0", "level must be 0 to 100: 101"));
    }

    private static void assertRefused(String json, String pointer, @Nullable String detail) {
        var problem = refused(json);

        assertThat(problem.code()).as(json).isEqualTo("malformed_json");
        var violation = problem.violations().getFirst();
        assertThat(violation.pointer()).isEqualTo(pointer);
        assertThat(violation.detail()).doesNotContain("java", "streamwire");
        if (detail != null) {
            assertThat(violation.detail()).isEqualTo(detail);
        }
    }

    private static Problem refused(String json) {
        var problem = catchThrowableOfType(Problem.class, () -> parse(json));
        assertThat(problem).as(json).isNotNull();
        return problem;
    }

    private static Plan parse(String json) {
        return Body.parse(json.getBytes(StandardCharsets.UTF_8), Plan.class);
    }
}
