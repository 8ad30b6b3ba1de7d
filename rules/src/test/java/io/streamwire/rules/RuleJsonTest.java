package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamwire.contract.Action;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent.RoomState;
import io.streamwire.rules.Conditions.TimeOfDay;
import io.streamwire.rules.Curve.Ends;
import io.streamwire.rules.Trigger.CommentMode;
import io.streamwire.rules.Trigger.GiftMode;
import io.streamwire.rules.Trigger.Happening;
import io.streamwire.rules.Trigger.LikesPer;
import io.streamwire.rules.Trigger.Range;
import io.streamwire.rules.UseLimit.Per;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RuleJsonTest {

    private static final String DEVICE = "01980000-0000-7000-8000-00000000000d";

    private static final String SPIN =
            """
            {"name": "Spin", "enabled": true,
             "trigger": {"type": "comment", "contains": "spin"},
             "cooldown": {"global_ms": 1000, "per_viewer_ms": 5000},
             "actions": [{"type": "device", "device_id": "%s", "command": "motor_spin",
                          "args": {"level": 60, "ms": 800}}]}
            """
                    .formatted(DEVICE);

    @Test
    void aRuleIsRead() {
        assertThat(RuleJson.read(json(SPIN)))
                .isEqualTo(
                        new RuleDefinition(
                                "Spin",
                                true,
                                null,
                                null,
                                List.of(),
                                Action.USUAL_PRIORITY,
                                new Trigger.Comment(CommentMode.CONTAINS, "spin"),
                                Conditions.NONE,
                                null,
                                new Cooldown(1_000, 5_000),
                                List.of(),
                                null,
                                List.of(
                                        DeviceAction.of(
                                                UUID.fromString(DEVICE),
                                                "motor_spin",
                                                Map.of("level", 60L, "ms", 800L),
                                                2_000,
                                                0))));
    }

    @Test
    void oneDeviceThatMustBeOnlineNeedsNoArray() {
        var one = "{\"device_online\": \"%s\"}".formatted(DEVICE);
        var list = "{\"device_online\": [\"%s\"]}".formatted(DEVICE);

        var rule = RuleJson.read(with("/conditions", one));

        assertThat(rule.conditions().devicesOnline()).containsExactly(UUID.fromString(DEVICE));
        assertThat(RuleJson.write(rule).get("conditions")).isEqualTo(json(list));
        assertThat(RuleJson.read(with("/conditions", list))).isEqualTo(rule);
        assertThat(refused(with("/conditions", one.replace(DEVICE, "lamp"))).faults())
                .extracting(InvalidRule.Fault::pointer)
                .containsExactly("/conditions/device_online");
    }

    @Test
    void anActionMayBeForATag() {
        var lights = "{\"type\": \"device\", \"tag\": \"%s\", \"command\": \"on\"}";

        var rule = RuleJson.read(with("/actions/0", lights.formatted("stage-lights")));
        var invalid = refused(with("/actions/0", lights.formatted("Stage lights")));

        assertThat(rule.actions())
                .containsExactly(
                        new DeviceAction(
                                new DeviceAction.Target.Tag("stage-lights"),
                                "on",
                                Map.of(),
                                2_000,
                                0));
        assertThat(RuleJson.write(rule).at("/actions/0/tag").asText()).isEqualTo("stage-lights");
        assertThat(RuleJson.write(rule).at("/actions/0").has("device_id")).isFalse();
        assertThat(invalid.faults())
                .extracting(InvalidRule.Fault::pointer)
                .containsExactly("/actions/0/tag");
    }

    @Test
    void whatIsLeftOutHasItsDefault() {
        var gift =
                (ObjectNode)
                        json(
                                """
                                {"name": "Gift", "livestream_id": null,
                                 "trigger": {"type": "gift"},
                                 "actions": [{"type": "device", "device_id": "%s", "command": "on"}]}
                                """
                                        .formatted(DEVICE));

        var rule = RuleJson.read(gift);

        assertThat(rule.enabled()).isTrue();
        assertThat(rule.livestreamId()).isNull();
        assertThat(rule.trigger()).isEqualTo(Trigger.Gift.worth(0, GiftMode.STREAK_END));
        assertThat(rule.cooldown()).isEqualTo(Cooldown.NONE);
        assertThat(rule.actions())
                .first(InstanceOfAssertFactories.type(DeviceAction.class))
                .returns(2_000L, DeviceAction::ttlMs);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\": \"manual\"}",
                "{\"type\": \"manual\", \"label\": \"Spin it\"}",
                "{\"type\": \"webhook\"}",
            })
    void callsAreReadAndWritten(String trigger) {
        var rule = RuleJson.read(with("/trigger", trigger));

        assertThat(RuleJson.write(rule).get("trigger")).isEqualTo(json(trigger));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/name | \"\"",
                "/name | \" \"",
                "/name | 7",
                "/name | \"a\\u0000b\"",
                "/name | \"\\ud800\"",
                "/enabled | \"yes\"",
                "/livestream_id | \"1-1-1-1-1\"",
                "/folder | \"\"",
                "/folder | 5",
                "/priority | -1",
                "/priority | 10",
                "/priority | \"high\"",
                "/tags | \"night\"",
                "/tags | [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\",\"12\",\"13\",\"14\",\"15\",\"16\",\"17\"]",
                "/trigger | 5",
                "/trigger | {\"type\": \"comment\"}",
                "/trigger | {\"type\": \"comment\", \"contains\": \"a\", \"equals\": \"b\"}",
                "/trigger/type | 1",
                "/trigger/contains | \"\"",
                "/trigger/contains | []",
                "/conditions | []",
                "/cooldown | []",
                "/cooldown/global_ms | -1",
                "/cooldown/global_ms | 86400001",
                "/cooldown/per_viewer_ms | 1.5",
                "/cooldown/group | \"two words\"",
                "/cooldown/group_ms | 5",
                "/cooldown/per_role_ms | 5",
                "/limits | 5",
                "/limits | [{\"uses\": 1, \"within_ms\": 1000, \"per\": \"all\"}, {\"uses\": 2, \"within_ms\": 1000, \"per\": \"all\"}]",
                "/actions | []",
                "/actions | {}",
                "/actions/0 | 1",
                "/actions/0/type | null",
                "/actions/0/device_id | \"lamp\"",
                "/actions/0/tag | \"lights\"",
                "/actions/0/command | \"motor spin\"",
                "/actions/0/args | []",
                "/actions/0/args/level | \"60\"",
                "/actions/0/args/level | null",
                "/actions/0/args/level | 60.0",
                "/actions/0/args/level | 9007199254740992",
                "/actions/0/args/level | 99999999999999999999",
                "/actions/0/args/a b | 1",
                "/actions/0/ttl_ms | 0",
                "/actions/0/ttl_ms | 60001",
                "/actions/0/delay_ms | -1",
                "/actions/0/delay_ms | 600001",
            })
    void aFaultIsReportedWhereItIs(String pointer, String value) {
        var invalid = refused(with(pointer, value));

        assertThat(invalid.faults())
                .extracting(InvalidRule.Fault::pointer)
                .containsExactly(pointer);
        assertThat(invalid.unsupported()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/cooldown/uses | 3",
                "/trigger/window_ms | 1000",
                "/trigger/type | \"dance\"",
                "/actions/0/type | \"teleport\"",
                "/actions/0/a~1b | 1",
            })
    void whatRulesCannotDoIsRefused(String pointer, String value) {
        var invalid = refused(with(pointer, value));

        assertThat(invalid.faults())
                .extracting(InvalidRule.Fault::pointer)
                .containsExactly(pointer);
        assertThat(invalid.unsupported()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/condition | \"1 +\"",
                "/condition | \"viewer.team_level\"",
                "/condition | 5",
                "/condition | \"\"",
            })
    void aFaultOfAnExpressionIsReportedWhereItIs(String pointer, String value) {
        assertThat(refused(with(pointer, value)).faults())
                .extracting(InvalidRule.Fault::pointer)
                .containsExactly(pointer);
    }

    @Test
    void aBadExpressionIsRefusedWithItsPosition() {
        assertThat(refused(with("/condition", "\"event.count >\\n nobody\"")).faults())
                .containsExactly(
                        new InvalidRule.Fault(
                                "/condition",
                                "line 2, column 2: undeclared reference to 'nobody' (in container"
                                        + " '')"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/from | {\"from\": 5}",
                "/from | {}",
                "/from | {\"from\": \"roses\"}",
                "/from | {\"from\": \"argument:0\"}",
                "/from | {\"from\": \"argument:10\"}",
                "/x | {\"from\": \"diamonds\", \"x\": 1}",
                "/out | {\"from\": \"diamonds\", \"out\": [5, 4]}",
                "/out | {\"from\": \"diamonds\", \"out\": [5]}",
                "/out/1 | {\"from\": \"diamonds\", \"out\": [-5, 5.5]}",
                "/in | {\"from\": \"diamonds\", \"in\": [1, 2]}",
                "/default | {\"from\": \"diamonds\", \"default\": \"many\"}",
                "/curve | {\"from\": \"diamonds\", \"curve\": \"cubic\", \"in\": [1, 2], \"out\": [1, 2]}",
                "/in | {\"from\": \"diamonds\", \"curve\": \"log\", \"out\": [1, 2]}",
                "/in | {\"from\": \"diamonds\", \"curve\": \"log\", \"in\": [2, 2], \"out\": [1, 2]}",
                "/out | {\"from\": \"diamonds\", \"curve\": \"log\", \"in\": [1, 2]}",
                "/steps | {\"from\": \"diamonds\", \"curve\": \"steps\"}",
                "/steps | {\"from\": \"diamonds\", \"curve\": \"steps\", \"steps\": []}",
                "/steps | {\"from\": \"diamonds\", \"steps\": [[1, 2]]}",
                "/steps/1/0 | {\"from\": \"diamonds\", \"curve\": \"steps\", \"steps\": [[1, 2], [1, 3]]}",
                "/steps/0 | {\"from\": \"diamonds\", \"curve\": \"steps\", \"steps\": [1]}",
                "/cel | {\"cel\": \"event.text\"}",
                "/cel | {\"cel\": true}",
                "/out | {\"cel\": \"1\", \"out\": [1, 2]}",
            })
    void aFaultOfAnArgumentIsReportedWhereItIs(String pointer, String argument) {
        assertThat(refused(with("/actions/0/args/level", argument)).faults())
                .extracting(InvalidRule.Fault::pointer)
                .containsExactly("/actions/0/args/level" + pointer);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/steps | {\"type\": \"sequence\"}",
                "/steps | {\"type\": \"sequence\", \"steps\": []}",
                "/x | {\"type\": \"sequence\", \"x\": 1, \"steps\": [{\"type\": \"wait\", \"ms\": 5}]}",
                "/steps/0 | {\"type\": \"sequence\", \"steps\": [5]}",
                "/steps/0/ms | {\"type\": \"sequence\", \"steps\": [{\"type\": \"wait\"}]}",
                "/steps/0/ms | {\"type\": \"sequence\", \"steps\": [{\"type\": \"wait\", \"ms\": 0}]}",
                "/steps/0/ms | {\"type\": \"sequence\", \"steps\": [{\"type\": \"wait\", \"ms\": 600001}]}",
                "'' | {\"type\": \"sequence\", \"steps\": [{\"type\": \"wait\", \"ms\": 600000}, {\"type\": \"wait\", \"ms\": 1}]}",
                "/type | {\"type\": \"wait\", \"ms\": 5}",
                "/of | {\"type\": \"choice\", \"of\": {}}",
                "/of/0/weight | {\"type\": \"choice\", \"of\": [{\"weight\": 0}]}",
                "/of/0/weight | {\"type\": \"choice\", \"of\": [{\"weight\": 1001}]}",
                "/of/0/action/type | {\"type\": \"choice\", \"of\": [{\"action\": {}}]}",
                "/of/0/action/type | {\"type\": \"choice\", \"of\": [{\"action\": {\"type\": \"wait\", \"ms\": 5}}]}",
            })
    void aFaultOfANestedActionIsReportedWhereItIs(String pointer, String action) {
        assertThat(refused(with("/actions/0", action)).faults())
                .extracting(InvalidRule.Fault::pointer)
                .containsExactly("/actions/0" + pointer);
    }

    @Test
    void nestingHasAnEnd() {
        var wait = "{\"type\": \"wait\", \"ms\": 1}";

        assertThat(RuleJson.read(with("/actions/0", nested(wait, 3))).actions()).hasSize(1);
        assertThat(refused(with("/actions/0", nested(wait, 4))).faults())
                .extracting(InvalidRule.Fault::pointer)
                .containsExactly("/actions/0/steps/0/steps/0/steps/0");
    }

    private static String nested(String action, int depth) {
        return depth == 0
                ? action
                : "{\"type\": \"sequence\", \"steps\": [%s]}".formatted(nested(action, depth - 1));
    }

    @Test
    void tenThousandActionsAreRefused() {
        var spin = json(SPIN).at("/actions/0").toString();
        var sixteen = choice(Collections.nCopies(16, spin));
        var many = choice(Collections.nCopies(16, choice(Collections.nCopies(16, sixteen))));
        var together = sequence(Collections.nCopies(17, spin));

        assertThat(RuleJson.read(with("/actions/0", sixteen)).most()).isEqualTo(1);
        assertThat(refused(with("/actions/0", many)).faults())
                .containsExactly(
                        new InvalidRule.Fault(
                                "/actions",
                                "must not list more than 64 actions in all, and 256 with waits and choices"));
        assertThat(refused(with("/actions/0", together)).faults())
                .containsExactly(
                        new InvalidRule.Fault(
                                "/actions",
                                "must not do more than 16 things each time, but can do 17"));
    }

    @Test
    void aRuleHasOnlySoManyExpressions() {
        var args =
                IntStream.range(0, 16)
                        .mapToObj("\"a%d\": {\"cel\": \"1\"}"::formatted)
                        .collect(Collectors.joining(", ", "{", "}"));
        var rule = with("/actions/0/args", args);
        ((ObjectNode) rule).put("condition", "true");

        assertThat(refused(rule).faults())
                .extracting(InvalidRule.Fault::pointer)
                .containsExactly("/actions/0/args/a15/cel");
    }

    static List<String> endlessActions() {
        var waits = sequence(Collections.nCopies(32, "{\"type\": \"wait\", \"ms\": 1}"));
        var nothing = "{\"type\": \"choice\", \"of\": %s}".formatted(Collections.nCopies(16, "{}"));
        return List.of(
                sequence(Collections.nCopies(32, waits)),
                sequence(Collections.nCopies(32, sequence(Collections.nCopies(32, nothing)))),
                choice(Collections.nCopies(16, choice(Collections.nCopies(16, nothing)))));
    }

    @ParameterizedTest
    @MethodSource("endlessActions")
    void nestedListsAreCountedTogether(String action) {
        var all = "[%s]".formatted(String.join(",", Collections.nCopies(16, action)));

        assertThat(refused(with("/actions", all)).faults())
                .containsExactly(
                        new InvalidRule.Fault(
                                "/actions",
                                "must not list more than 64 actions in all, and 256 with waits and choices"));
    }

    @Test
    void soManyFaultsAreReportedAndNoMore() {
        var rule = (ObjectNode) json(SPIN);
        for (int i = 0; i < 10_000; i++) {
            rule.put("unknown" + i, i);
        }

        assertThat(refused(rule).faults()).hasSize(JsonReader.MAX_FAULTS);
    }

    private static String sequence(List<String> steps) {
        return "{\"type\": \"sequence\", \"steps\": %s}".formatted(steps);
    }

    private static String choice(List<String> actions) {
        return "{\"type\": \"choice\", \"of\": %s}"
                .formatted(actions.stream().map("{\"action\": %s}"::formatted).toList());
    }

    @Test
    void everyFaultIsReportedAtOnce() {
        var rule = with("/name", "\"\"");
        ((ObjectNode) rule.at("/actions/0")).put("ttl_ms", 0).remove("device_id");
        ((ObjectNode) rule.at("/trigger")).put("contains", "x".repeat(201));

        assertThat(refused(rule).faults())
                .extracting(InvalidRule.Fault::pointer)
                .containsExactlyInAnyOrder(
                        "/name", "/actions/0/ttl_ms", "/actions/0/device_id", "/trigger/contains");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a(b | missing closing )",
                "ab[c | missing closing ] at character 2: [c",
                "x(?=y) | invalid or unsupported Perl syntax at character 1: (?=",
                "(a{100}){100} | its counted repetitions multiply to more than 1000",
                "((((a{9999999999999}){1000}){1000}){1000}) | its counted repetitions multiply to more than 1000",
                ".{600} | too large: 602 steps of at most 500",
            })
    void aPatternIsRefusedWithItsReason(String regex, String reason) {
        var rule = with("/trigger", "{\"type\": \"comment\"}");
        ((ObjectNode) rule.at("/trigger")).put("regex", regex);

        assertThat(refused(rule).faults())
                .containsExactly(new InvalidRule.Fault("/trigger/regex", reason));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/trigger/is | {\"type\": \"live\"}",
                "/trigger/command | {\"type\": \"comment\", \"command\": \"two words\"}",
                "/trigger/command | {\"type\": \"comment\", \"command\": \"!\"}",
                "/trigger/cap | {\"type\": \"gift\", \"cap\": 3}",
                "/trigger/every_s | {\"type\": \"timer\"}",
                "/trigger | {\"type\": \"viewers\", \"above\": 1, \"below\": 2}",
                "/trigger/every | {\"type\": \"likes\", \"every\": 0}",
                "/trigger/max_price | {\"type\": \"gift\", \"min_price\": 3, \"max_price\": 2}",
                "/trigger/ids/0 | {\"type\": \"gift\", \"ids\": [0]}",
                "/trigger/min_months | {\"type\": \"subscribe\", \"min_months\": -1}",
            })
    void aFaultOfATriggerIsReportedWhereItIs(String pointer, String trigger) {
        assertThat(refused(with("/trigger", trigger)).faults())
                .extracting(InvalidRule.Fault::pointer)
                .containsExactly(pointer);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/tags/0 | [\"two words\"]",
                "/tags/1 | [\"night\", \"Night\"]",
                "/tags/1 | [\"night\", 5]",
                "/tags/0 | [\"a23456789012345678901234567890123\"]",
            })
    void aFaultOfATagIsReportedWhereItIs(String pointer, String tags) {
        assertThat(refused(with("/tags", tags)).faults())
                .extracting(InvalidRule.Fault::pointer)
                .containsExactly(pointer);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/limits/0/uses | {\"within_ms\": 1000, \"per\": \"all\"}",
                "/limits/0/uses | {\"uses\": 0, \"within_ms\": 1000, \"per\": \"all\"}",
                "/limits/0/within_ms | {\"uses\": 1, \"within_ms\": 999, \"per\": \"all\"}",
                "/limits/0/per | {\"uses\": 1, \"within_ms\": 1000}",
                "/limits/0/per | {\"uses\": 1, \"within_ms\": 1000, \"per\": \"role\"}",
            })
    void aFaultOfALimitIsReportedWhereItIs(String pointer, String limit) {
        assertThat(refused(with("/limits", "[" + limit + "]")).faults())
                .extracting(InvalidRule.Fault::pointer)
                .containsExactly(pointer);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/conditions/viewers | {\"viewers\": \"ada\"}",
                "/conditions/min_team_level | {\"min_team_level\": -1}",
                "/conditions/between | {\"between\": 5}",
                "/conditions/roles/0 | {\"roles\": [\"king\"]}",
                "/conditions/between/to | {\"between\": {\"from\": \"18:00\", \"to\": \"18:00\"}}",
                "/conditions/between/from | {\"between\": {\"from\": \"6 pm\", \"to\": \"18:00\"}}",
                "/conditions/between/zone | {\"between\": {\"from\": \"18:00\", \"to\": \"19:00\", \"zone\": \"Mars\"}}",
            })
    void aFaultOfAConditionIsReportedWhereItIs(String pointer, String conditions) {
        assertThat(refused(with("/conditions", conditions)).faults())
                .extracting(InvalidRule.Fault::pointer)
                .containsExactly(pointer);
    }

    @Test
    void aListOfActionsHasAnEnd() {
        var rule = json(SPIN);
        var actions = (ArrayNode) rule.at("/actions");
        while (actions.size() <= RuleAction.MAX_PLANNED) {
            actions.add(actions.get(0));
        }

        assertThat(refused(rule).faults())
                .extracting(InvalidRule.Fault::pointer)
                .containsExactly("/actions");
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        var random = RandomGenerator.of("L64X128MixRandom");
        for (int i = 0; i < 200; i++) {
            var rule = anyRule(random);

            assertThat(RuleJson.read(json(Json.write(RuleJson.write(rule))))).isEqualTo(rule);
        }
    }

    private static RuleDefinition anyRule(RandomGenerator random) {
        var trigger =
                switch (random.nextInt(10)) {
                    case 0 ->
                            new Trigger.Comment(
                                    any(random, List.of(CommentMode.values())), texts(random, 200));
                    case 1 -> new Trigger.CommentRegex("[a-z]{" + random.nextInt(1, 99) + "}");
                    case 2 -> new Trigger.Happened(any(random, List.of(Happening.values())));
                    case 3 -> new Trigger.Subscribe(random.nextInt(12));
                    case 4 -> new Trigger.Live(Set.of(RoomState.PAUSED, RoomState.RESUMED));
                    case 5 ->
                            new Trigger.Likes(
                                    random.nextInt(100), any(random, List.of(LikesPer.values())));
                    case 6 ->
                            new Trigger.ViewerCount(
                                    random.nextBoolean(), random.nextLong(1, 1_000));
                    case 7 -> new Trigger.Timer(random.nextLong(10, 86_401));
                    default -> anyGift(random);
                };
        var actions =
                random.ints(random.nextInt(1, 5)).mapToObj(_ -> anyAction(random, 0)).toList();
        var crowd = anyCrowd(random, trigger);
        return new RuleDefinition(
                anyText(random, 100),
                random.nextBoolean(),
                random.nextBoolean() ? new UUID(random.nextLong(), random.nextLong()) : null,
                random.nextBoolean() ? null : anyText(random, 64),
                random.nextBoolean() ? List.of() : List.of("night", "motors-2"),
                random.nextInt(10),
                trigger,
                random.nextBoolean() ? Conditions.NONE : anyConditions(random),
                crowd,
                anyCooldown(random),
                random.nextBoolean()
                        ? List.of()
                        : List.of(
                                new UseLimit(3, random.nextLong(1_000, 86_400_001), Per.VIEWER),
                                new UseLimit(100_000, 60_000, Per.ALL)),
                crowd != null || random.nextBoolean()
                        ? null
                        : new Queueing(
                                any(random, List.of(Queueing.Mode.values())),
                                random.nextInt(1, 201),
                                random.nextLong(1_000, 3_600_001)),
                actions);
    }

    /** One that fits the trigger. */
    private static @Nullable Crowd anyCrowd(RandomGenerator random, Trigger trigger) {
        long ms = random.nextLong(Crowd.MIN_MS, Crowd.MAX_MS + 1);
        var window = any(random, List.of(Crowd.Window.values()));
        var weight =
                new Crowd.Weight(
                        trigger instanceof Trigger.Gift && random.nextBoolean(),
                        random.nextBoolean() ? Map.of() : Map.of("moderator", 3L));
        var crowds = new ArrayList<Crowd>();
        switch (trigger) {
            case Trigger.Comment _, Trigger.CommentRegex _, Trigger.Happened _ -> {
                crowds.add(new Crowd.Viewers(random.nextLong(2, 10_001), ms, window));
                crowds.add(new Crowd.Sum(Crowd.Quantity.EVENTS, 1, ms, window));
            }
            case Trigger.Gift _ ->
                    crowds.add(new Crowd.Sum(Crowd.Quantity.DIAMONDS, 1_000, ms, window));
            default -> {}
        }
        if (trigger.choices().size() >= 2) {
            var tie = any(random, List.of(Crowd.Tie.values()));
            crowds.add(new Crowd.Vote(ms, random.nextLong(1, 10_001), tie, weight));
        }
        if (trigger.choices().size() == 2) {
            crowds.add(new Crowd.Tug(random.nextLong(1, 1_000), ms, weight));
        }
        return crowds.isEmpty() || random.nextBoolean() ? null : any(random, crowds);
    }

    private static RuleAction anyAction(RandomGenerator random, int depth) {
        return switch (depth == 2 ? 2 : random.nextInt(3)) {
            case 0 ->
                    new RuleAction.Sequence(
                            List.of(
                                    new RuleAction.Wait(random.nextLong(1, 100_000)),
                                    anyAction(random, depth + 1)));
            case 1 ->
                    new RuleAction.Choice(
                            List.of(
                                    new RuleAction.Option(random.nextInt(1, 1_001), null),
                                    new RuleAction.Option(1, anyAction(random, depth + 1)),
                                    new RuleAction.Option(2, anyAction(random, depth + 1))));
            default ->
                    new DeviceAction(
                            random.nextBoolean()
                                    ? new DeviceAction.Target.Tag("lights")
                                    : new DeviceAction.Target.Device(
                                            new UUID(random.nextLong(), random.nextLong())),
                            "command",
                            Map.of("a", anyArgument(random), "b", anyArgument(random)),
                            random.nextLong(1, 60_001),
                            random.nextLong(400_001));
        };
    }

    private static Argument anyArgument(RandomGenerator random) {
        var ends = new Ends(-random.nextLong(1, 1L << 53), random.nextLong(1L << 53));
        var otherwise = random.nextBoolean() ? null : random.nextLong() >> 11;
        return switch (random.nextInt(6)) {
            case 0 ->
                    new Argument.Measured(
                            any(random, List.of(EventNumber.values())),
                            new Curve.Limited(ends.from(), ends.to()),
                            otherwise);
            case 1 ->
                    new Argument.Measured(
                            new NumberSource.CommandWord(random.nextInt(1, 10)),
                            Curve.Limited.ANY,
                            otherwise);
            case 2 ->
                    new Argument.Measured(
                            EventNumber.LIKES,
                            new Curve.Scaled(
                                    any(random, List.of(Curve.Shape.values())),
                                    ends,
                                    new Ends(ends.to(), ends.from())),
                            otherwise);
            case 3 ->
                    new Argument.Measured(
                            EventNumber.DIAMONDS,
                            new Curve.Steps(
                                    List.of(new Curve.Step(1, 5), new Curve.Step(2, ends.to()))),
                            otherwise);
            case 4 ->
                    new Argument.Calculated(
                            Expression.of(Expression.Kind.INTEGER, "event.count * 2"), otherwise);
            default -> new Argument.Constant(random.nextLong() >> 11);
        };
    }

    private static Trigger anyGift(RandomGenerator random) {
        var mode = any(random, List.of(GiftMode.values()));
        return new Trigger.Gift(
                random.nextBoolean() ? List.of() : texts(random, 100),
                random.nextBoolean() ? List.of() : List.of(random.nextLong(1, Long.MAX_VALUE)),
                random.nextBoolean()
                        ? Range.from(random.nextInt(1_000))
                        : new Range(random.nextInt(1_000), 1_000 + random.nextInt(1_000)),
                random.nextBoolean() ? Range.ANY : new Range(1, 1_000),
                mode,
                mode == GiftMode.PER_INCREMENT && random.nextBoolean()
                        ? random.nextInt(1, 100)
                        : Trigger.Gift.NO_CAP);
    }

    private static Cooldown anyCooldown(RandomGenerator random) {
        var global = random.nextLong(86_400_001);
        var perViewer = random.nextLong(86_400_001);
        return random.nextBoolean()
                ? new Cooldown(global, perViewer)
                : new Cooldown(
                        global,
                        perViewer,
                        Map.of("moderator", 0L, "follower", random.nextLong(86_400_001)),
                        "motors",
                        random.nextLong(86_400_001));
    }

    private static Conditions anyConditions(RandomGenerator random) {
        return new Conditions(
                Set.of(any(random, Conditions.ROLES)),
                random.nextBoolean() ? Set.of() : Set.of("anchor", "moderator"),
                random.nextBoolean() ? Set.of() : Set.of("ada", "7000000000000000001"),
                random.nextBoolean() ? Set.of() : Set.of("eve"),
                random.nextInt(50),
                random.nextBoolean()
                        ? null
                        : new TimeOfDay(
                                LocalTime.of(random.nextInt(12), random.nextInt(60)),
                                LocalTime.of(12 + random.nextInt(12), random.nextInt(60)),
                                ZoneId.of("Europe/Berlin")),
                random.nextBoolean()
                        ? null
                        : Expression.of(Expression.Kind.CONDITION, "event.text != 'no'"),
                random.nextBoolean()
                        ? Set.of()
                        : Set.of(new UUID(random.nextLong(), 1), new UUID(random.nextLong(), 2)));
    }

    private static <T> T any(RandomGenerator random, List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** Without white space and different from each other, so that they may be commands, too. */
    private static List<String> texts(RandomGenerator random, int maxLength) {
        return IntStream.range(0, random.nextInt(1, 5))
                .mapToObj(i ->
                        i
                                + anyText(random, maxLength - 1)
                                        .replaceAll("[\\p{IsWhite_Space}\\x1c-\\x1f]", "_"))
                .toList();
    }

    private static String anyText(RandomGenerator random, int maxLength) {
        var text = new StringBuilder("x");
        random.ints(random.nextInt(maxLength), 1, Character.MAX_CODE_POINT + 1)
                .filter(codePoint -> codePoint < 0xd800 || codePoint > 0xdfff)
                .forEach(text::appendCodePoint);
        return text.toString();
    }

    /** The rule with one field set, whether it exists or not. */
    private static JsonNode with(String pointer, String value) {
        var rule = json(SPIN);
        var slash = pointer.lastIndexOf('/');
        var parent = rule.at(pointer.substring(0, slash));
        var name = pointer.substring(slash + 1).replace("~1", "/");
        switch (parent) {
            case ObjectNode object -> object.set(name, json(value));
            case ArrayNode array -> array.set(Integer.parseInt(name), json(value));
            default -> throw new IllegalArgumentException(pointer);
        }
        return rule;
    }

    private static InvalidRule refused(JsonNode rule) {
        var invalid = catchThrowableOfType(InvalidRule.class, () -> RuleJson.read(rule));
        assertThat(invalid).isNotNull();
        return invalid;
    }

    private static JsonNode json(String text) {
        return Json.read(text, JsonNode.class);
    }
}
