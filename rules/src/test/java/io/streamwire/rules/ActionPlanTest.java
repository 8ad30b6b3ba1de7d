package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.contract.Viewer;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Capabilities.ArgSpec;
import io.streamwire.contract.mqtt.Capabilities.CommandSpec;
import io.streamwire.contract.mqtt.Capabilities.LimitsBy;
import io.streamwire.contract.mqtt.Envelope;
import io.streamwire.rules.ActionPlan.Planned;
import io.streamwire.rules.Argument.Calculated;
import io.streamwire.rules.Argument.Constant;
import io.streamwire.rules.Argument.Measured;
import io.streamwire.rules.Curve.Ends;
import io.streamwire.rules.Curve.Limited;
import io.streamwire.rules.Curve.Scaled;
import io.streamwire.rules.Curve.Shape;
import io.streamwire.rules.Curve.Step;
import io.streamwire.rules.Curve.Steps;
import io.streamwire.rules.NumberSource.CommandWord;
import io.streamwire.rules.RuleAction.Choice;
import io.streamwire.rules.RuleAction.Option;
import io.streamwire.rules.RuleAction.Sequence;
import io.streamwire.rules.RuleAction.Wait;
import io.streamwire.rules.Trigger.CommentMode;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActionPlanTest {

    private static final Trigger SPIN = new Trigger.Comment(CommentMode.CONTAINS, "spin");

    private final LiveEvents events = new LiveEvents();
    private final RuleExamples rules = new RuleExamples(events.workspaceId());

    @Test
    void aWaitDelaysWhatFollowsIt() {
        var sequence =
                new Sequence(
                        List.of(
                                command("first", 0),
                                new Wait(500),
                                command("second", 50),
                                new Sequence(List.of(new Wait(1_000), command("third", 0))),
                                command("fourth", 0)));

        assertThat(plan(events.comment("spin"), sequence, command("aside", 7)).actions())
                .extracting(ActionPlanTest::name, Planned::delayMs)
                .containsExactly(
                        tuple("first", 0L),
                        tuple("second", 550L),
                        tuple("third", 1_500L),
                        tuple("fourth", 1_500L),
                        tuple("aside", 7L));
    }

    @Test
    void chanceFollowsTheWeights() {
        var choice =
                new Choice(
                        List.of(
                                new Option(6, command("often", 0)),
                                new Option(1, command("seldom", 0)),
                                new Option(3, null)));
        var rule = rules.rule(SPIN, Cooldown.NONE, List.of(choice));

        var chosen =
                IntStream.range(0, 10_000)
                        .mapToObj(_ -> ActionPlan.of(rule, events.comment("spin"), 1).actions())
                        .map(actions -> actions.isEmpty() ? "" : name(actions.getFirst()))
                        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));

        assertThat(chosen).containsOnlyKeys("often", "seldom", "");
        assertThat(chosen.get("often")).isBetween(5_700L, 6_300L);
        assertThat(chosen.get("seldom")).isBetween(800L, 1_200L);
    }

    @Test
    void chanceFallsTheSameWayAgain() {
        var coin = new Choice(List.of(new Option(1, command("a", 0)), new Option(1, null)));
        var rule = rules.rule(SPIN, Cooldown.NONE, List.of(coin, coin, coin, coin));

        for (int i = 0; i < 100; i++) {
            var event = events.comment("spin");
            var read = Json.read(Json.write(event), LiveEvent.class);

            assertThat(ActionPlan.of(rule, read, 20)).isEqualTo(ActionPlan.of(rule, event, 20));
        }
    }

    @Test
    void everyFiringHasAChanceOfItsOwn() {
        var coin =
                new Choice(List.of(new Option(1, command("a", 0)), new Option(1, command("b", 0))));
        var rule = rules.rule(SPIN, Cooldown.NONE, List.of(coin));

        assertThat(ActionPlan.of(rule, events.comment("spin"), 100).actions())
                .extracting(ActionPlanTest::name)
                .hasSize(100)
                .contains("a", "b");
    }

    @ParameterizedTest
    @CsvSource({
        "LINEAR, 1, 20",
        "LINEAR, 0, 20",
        "LINEAR, -9007199254740991, 20",
        "LINEAR, 51, 60",
        "LINEAR, 101, 100",
        "LINEAR, 9007199254740991, 100",
        "SQRT, 26, 60",
        "SQRT, 101, 100",
        "LOG, 11, 62",
        "LOG, 101, 100",
    })
    void curvesRiseAsTheySay(Shape shape, long value, long result) {
        var curve = new Scaled(shape, new Ends(1, 101), new Ends(20, 100));

        assertThat(curve.of(value)).isEqualTo(result);
    }

    @Test
    void curvesMayFall() {
        var curve = new Scaled(Shape.LINEAR, new Ends(0, 10), new Ends(5_000, 100));

        assertThat(IntStream.of(-1, 0, 5, 10, 11).mapToObj(curve::of))
                .containsExactly(5_000L, 5_000L, 2_550L, 100L, 100L);
    }

    @ParameterizedTest
    @CsvSource({"-5, 20", "0, 20", "99, 20", "100, 50", "999, 50", "1000, 100", "1000000, 100"})
    void stepsHoldUntilTheNextOne(long value, long result) {
        var steps = new Steps(List.of(new Step(1, 20), new Step(100, 50), new Step(1_000, 100)));

        assertThat(steps.of(value)).isEqualTo(result);
    }

    @ParameterizedTest
    @CsvSource({
        "'!spin 80', 80",
        "'!spin  ７５ fast', 75",
        "'!spin +5', 5",
        "'!spin -5', 0",
        "'!spin 101', 100",
        "'!spin 999999999999999', 100",
        "'!spin 9999999999999999999999', 60",
        "'!spin fast', 60",
        "'!spin 1e3', 60",
        "'!spin', 60",
    })
    void aWordOfACommandBecomesAnArgument(String comment, long level) {
        var argument = new Measured(new CommandWord(1), new Limited(0, 100), 60L);

        assertThat(argument.of(events.comment(comment))).isEqualTo(level);
    }

    @Test
    void anArgumentThatHasNoValueStopsTheRule() {
        var plan =
                plan(
                        events.comment("spin"),
                        command("fine", 0),
                        with(new Measured(EventNumber.DIAMONDS, Limited.ANY, null)));
        var calculated =
                plan(
                        events.comment("spin"),
                        with(
                                new Calculated(
                                        Expression.of(Expression.Kind.INTEGER, "1 / event.count"),
                                        null)));

        assertThat(plan).isEqualTo(ActionPlan.refused("argument_missing"));
        assertThat(calculated).isEqualTo(ActionPlan.refused("argument_missing"));
    }

    @Test
    void noArgumentLeavesTheRangeOfItsCurveOrOfTheEnvelope() {
        var random = RandomGenerator.of("L64X128MixRandom");
        for (int i = 0; i < 20_000; i++) {
            var event = anyEvent(random);
            var ends = anyEnds(random);
            var spec = new ArgSpec("level", "int", ends.from(), ends.to(), null);
            var limit = limit(spec);
            var curve = anyCurve(random);
            var argument =
                    random.nextInt(4) == 0
                            ? new Constant(anyLong(random))
                            : new Measured(anySource(random), curve, anyLong(random));

            var args = plan(event, with(argument)).actions().getFirst().args();

            assertThat(limit.violation(limit.clamp(args))).isEmpty();
            assertInRange(curve, curve.of(anyLong(random)));
        }
    }

    private static void assertInRange(Curve curve, long result) {
        switch (curve) {
            case Limited(var least, var most) -> assertThat(result).isBetween(least, most);
            case Scaled(_, _, var out) ->
                    assertThat(result)
                            .isBetween(
                                    Math.min(out.from(), out.to()), Math.max(out.from(), out.to()));
            case Steps(var steps) -> assertThat(steps).extracting(Step::result).contains(result);
        }
    }

    /** Whatever a viewer is called and writes: it is never in what a device gets. */
    @Test
    void nothingThatAViewerWritesReachesACommand() {
        var hostile = "+/#<script>'; DROP TABLE rules;--${jndi:ldap://x}";
        var viewer = new Viewer("7000000000000000009", hostile, hostile, List.of(), 0, null);
        var action =
                with(
                        new Calculated(
                                Expression.of(
                                        Expression.Kind.INTEGER,
                                        "size(viewer.nickname) + size(event.text)"),
                                null));

        var planned = plan(events.comment(viewer, "spin " + hostile), action).actions().getFirst();

        assertThat(name(planned)).isEqualTo("motor_spin");
        assertThat(planned.args()).containsExactly(Map.entry("level", 2L * hostile.length() + 5));
    }

    private static String name(Planned planned) {
        return switch (planned.action()) {
            case DeviceAction device -> device.command();
            case WebhookAction webhook -> webhook.url().toString();
            case OverlayAction overlay -> overlay.text().source();
        };
    }

    private ActionPlan plan(LiveEvent event, RuleAction... actions) {
        return ActionPlan.of(rules.rule(SPIN, Cooldown.NONE, List.of(actions)), event, 1);
    }

    private DeviceAction command(String name, long delayMs) {
        return DeviceAction.of(rules.deviceId(), name, Map.of(), 2_000, delayMs);
    }

    private static DeviceAction with(Argument level) {
        return new DeviceAction(
                new DeviceAction.Target.Device(Ids.next()),
                "motor_spin",
                Map.of("level", level),
                2_000,
                0);
    }

    private static Envelope.Limit limit(ArgSpec spec) {
        var command = new CommandSpec("motor_spin", List.of(spec), 5_000, 0, 100, null);
        var board = new Capabilities(1, "1", "esp32", LimitsBy.BOARD, List.of(command));
        return Envelope.compile(board, Map.of()).limit("motor_spin").orElseThrow();
    }

    private LiveEvent anyEvent(RandomGenerator random) {
        return switch (random.nextInt(3)) {
            case 0 -> events.comment("!spin " + random.nextLong());
            case 1 -> events.comment("!spin " + random.nextInt(-200, 200));
            default ->
                    events.gift(
                            "Rose",
                            random.nextInt(),
                            random.nextInt(),
                            random.nextInt(),
                            any(random, Streak.values()));
        };
    }

    private static <T> T any(RandomGenerator random, T[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static NumberSource anySource(RandomGenerator random) {
        return random.nextBoolean()
                ? any(random, EventNumber.values())
                : new CommandWord(random.nextInt(1, CommandWords.MOST + 1));
    }

    private static Curve anyCurve(RandomGenerator random) {
        var in = anyEnds(random);
        var out = anyEnds(random);
        return switch (random.nextInt(4)) {
            case 0 -> new Limited(out.from(), out.to());
            case 1 -> new Steps(List.of(new Step(in.from(), out.to()), new Step(in.to(), 7)));
            case 2 -> new Scaled(shape(random), in, new Ends(out.to(), out.from()));
            default -> new Scaled(shape(random), in, out);
        };
    }

    private static Shape shape(RandomGenerator random) {
        return any(random, Shape.values());
    }

    /** Two that are different and rise. */
    private static Ends anyEnds(RandomGenerator random) {
        long one = anyLong(random);
        long other = anyLong(random);
        return one == other
                ? new Ends(one, one + 1)
                : new Ends(Math.min(one, other), Math.max(one, other));
    }

    private static long anyLong(RandomGenerator random) {
        return random.nextBoolean()
                ? random.nextLong(-JsonReader.MAX_INTEGER, JsonReader.MAX_INTEGER)
                : random.nextLong(-100, 1_000);
    }
}
