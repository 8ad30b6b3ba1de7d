package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.Payload;
import io.streamwire.contract.LiveEvent.RoomState;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.contract.Viewer;
import io.streamwire.rules.Trigger.CommentMode;
import io.streamwire.rules.Trigger.GiftMode;
import io.streamwire.rules.Trigger.Happening;
import io.streamwire.rules.Trigger.LikesPer;
import io.streamwire.rules.Trigger.Range;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExplanationTest {

    private static final Instant NOW = Instant.parse("2026-11-29T20:15:00Z");
    private static final int TIMES = 5_000;
    private static final List<String> TEXTS = List.of("spin", "Spin it", "!spin 3", "SPÏN", "no");
    private static final List<String> NAMES = List.of("Rose", "rosé", "Lion");

    private final LiveEvents events = new LiveEvents();
    private final RuleExamples rules = new RuleExamples(events.workspaceId());

    /** Whatever is asked, the answer is that of the engine. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void thereIsAnExplanationExactlyWhenTheEngineHasNoMatch(long seed) {
        var random = new Random(seed);
        var matches = 0;
        var reasons = new HashMap<String, Integer>();

        for (int i = 0; i < TIMES; i++) {
            var rule = rule(random);
            var event = event(random);
            var match = new RuleEngine(List.of(rule)).match(event, NOW);
            var explanation = Explanation.of(rule, event);

            assertThat(explanation.isEmpty())
                    .as(() -> RuleJson.write(rule.definition()) + " about " + event)
                    .isEqualTo(!match.isEmpty());
            if (!match.isEmpty()) {
                matches++;
                assertThat(Stop.condition(rule, event, NOW).map(Explanation::reason).orElse(null))
                        .isEqualTo(match.getFirst().refusal());
            }
            explanation.ifPresent(found -> reasons.merge(found.reason(), 1, Integer::sum));
        }

        assertThat(matches).isGreaterThan(TIMES / 50);
        assertThat(reasons)
                .containsOnlyKeys(
                        "disabled",
                        "wrong_livestream",
                        "historical",
                        "trigger_type",
                        "text",
                        "gift_name",
                        "gift_id",
                        "price",
                        "streak",
                        "diamonds",
                        "cap",
                        "months",
                        "likes",
                        "viewers",
                        "timer",
                        "state");
    }

    private Rule rule(Random random) {
        var trigger = trigger(random);
        var rule =
                switch (random.nextInt(12)) {
                    case 0 -> rules.disabled(trigger);
                    case 1 -> rules.onlyOf(Ids.next(), trigger);
                    case 2 -> rules.onlyOf(events.livestreamId(), trigger);
                    default -> rules.rule(trigger);
                };
        return random.nextBoolean() ? rule : RuleExamples.only(rule, conditions(random));
    }

    private static Conditions conditions(Random random) {
        var between =
                random.nextBoolean()
                        ? null
                        : new Conditions.TimeOfDay(
                                LocalTime.of(random.nextInt(12), 0),
                                LocalTime.of(12 + random.nextInt(12), 30),
                                ZoneOffset.UTC);
        return new Conditions(
                random.nextBoolean() ? Set.of() : Set.of("moderator"),
                random.nextBoolean() ? Set.of() : Set.of("subscriber"),
                random.nextBoolean() ? Set.of() : Set.of("anna"),
                random.nextBoolean() ? Set.of() : Set.of("ben"),
                random.nextInt(3),
                between);
    }

    private static Trigger trigger(Random random) {
        return switch (random.nextInt(9)) {
            case 6 -> new Trigger.Likes(random.nextInt(3) * 5L, any(random, LikesPer.values()));
            case 7 -> new Trigger.ViewerCount(random.nextBoolean(), random.nextInt(10));
            case 8 -> new Trigger.Timer(10);
            case 0, 1 ->
                    new Trigger.Comment(
                            any(random, CommentMode.values()), any(random, "spin", "it", "x"));
            case 2 -> new Trigger.CommentRegex(any(random, "sp.n", "^no$", "\\d"));
            case 3 -> gift(random);
            case 4 -> new Trigger.Happened(any(random, Happening.values()));
            default ->
                    random.nextBoolean()
                            ? new Trigger.Subscribe(random.nextInt(4))
                            : new Trigger.Live(Set.of(any(random, RoomState.values())));
        };
    }

    private static Trigger gift(Random random) {
        var mode = any(random, GiftMode.values());
        return new Trigger.Gift(
                random.nextBoolean() ? List.of() : List.of(NAMES.get(random.nextInt(3))),
                random.nextBoolean() ? List.of() : List.of(5655L + random.nextInt(2)),
                random.nextBoolean() ? Range.ANY : new Range(random.nextInt(5), 9),
                random.nextBoolean() ? Range.ANY : new Range(random.nextInt(3), 4),
                mode,
                mode == GiftMode.PER_INCREMENT ? 1 + random.nextInt(5) : Trigger.Gift.NO_CAP);
    }

    private LiveEvent event(Random random) {
        var viewer =
                new Viewer(
                        "7",
                        any(random, "anna", "ben"),
                        "A",
                        List.of(any(random, "moderator", "subscriber", "follower")),
                        random.nextInt(3),
                        null);
        return random.nextInt(10) == 0
                ? events.historicalComment("spin")
                : events.by(viewer, payload(random));
    }

    private static Payload payload(Random random) {
        return switch (random.nextInt(11)) {
            case 8 ->
                    new LiveEvent.Liked(
                            random.nextInt(4),
                            random.nextInt(20),
                            0,
                            null,
                            (long) random.nextInt(20));
            case 9 ->
                    new LiveEvent.ViewersCounted(random.nextInt(12), 20, (long) random.nextInt(12));
            case 10 -> {
                var seconds = random.nextInt(100);
                yield new LiveEvent.TimePassed(seconds, seconds - 3);
            }
            case 0, 1 -> new LiveEvent.CommentPosted(TEXTS.get(random.nextInt(TEXTS.size())));
            case 2, 3 ->
                    new LiveEvent.GiftSent(
                            5655 + random.nextInt(2),
                            NAMES.get(random.nextInt(3)),
                            random.nextInt(5),
                            1 + random.nextInt(8),
                            random.nextInt(3),
                            any(random, Streak.values()));
            case 4 ->
                    any(
                            random,
                            new LiveEvent.Followed(),
                            new LiveEvent.Joined(),
                            new LiveEvent.Shared());
            case 5 -> new LiveEvent.Subscribed(random.nextInt(4));
            case 6 -> new LiveEvent.RoomChanged(any(random, RoomState.values()));
            default -> new LiveEvent.QuestionAsked("spin?");
        };
    }

    @SafeVarargs
    private static <T> T any(Random random, T... values) {
        return values[random.nextInt(values.length)];
    }

    @ParameterizedTest
    @CsvSource({"NO way, no way", "Größe, grosse", "ｓｐｏｎ, spon"})
    void aTextIsShownAsItWasCompared(String comment, String compared) {
        var rule = rules.rule(new Trigger.Comment(CommentMode.CONTAINS, "spin"));

        var why = Explanation.of(rule, events.comment(comment)).orElseThrow();

        assertThat(why.reason()).isEqualTo("text");
        assertThat(why.observed().path("text").asText()).isEqualTo(compared);
        assertThat(why.needed().at("/trigger/contains").asText()).isEqualTo("spin");
    }

    @Test
    void diamondsAreThoseOfTheWholeStreak() {
        var rule = rules.rule(Trigger.Gift.worth(100, GiftMode.STREAK_END));

        var why = Explanation.of(rule, events.gift("Rose", 1, 99, 1, Streak.ENDED)).orElseThrow();

        assertThat(why.reason()).isEqualTo("diamonds");
        assertThat(why.observed()).hasToString("{\"diamonds\":99}");
        assertThat(why.needed().at("/trigger/min_diamonds").asLong()).isEqualTo(100);
    }

    @Test
    void aRunningStreakIsNotOverYet() {
        var rule = rules.rule(Trigger.Gift.worth(0, GiftMode.STREAK_END));

        var why = Explanation.of(rule, events.gift("Rose", 1, 3, 1, Streak.RUNNING)).orElseThrow();

        assertThat(why.reason()).isEqualTo("streak");
        assertThat(why.observed().path("streak").asText()).isEqualTo("running");
        assertThat(why.needed().at("/trigger/mode").asText()).isEqualTo("streak_end");
    }

    @Test
    void theEndOfAVoteIsHeardByItsRuleOnly() {
        var vote = new Crowd.Vote(5_000, 1, Crowd.Tie.FIRST, Crowd.Weight.ONE);
        var trigger = new Trigger.Comment(CommentMode.EQUALS, "left", "right");
        var rule = RuleExamples.crowded(rules.rule(trigger), vote);
        var other = RuleExamples.crowded(rules.rule(trigger), vote);
        var end = events.by(Viewer.NOBODY, new LiveEvent.VoteEnded(rule.id()));

        assertThat(new RuleEngine(List.of(rule, other)).match(end, NOW))
                .extracting(match -> match.rule().id())
                .containsExactly(rule.id());
        assertThat(Explanation.of(rule, end)).isEmpty();
        assertThat(Explanation.of(other, end).orElseThrow().reason()).isEqualTo("trigger_type");
    }

    @Test
    void aButtonIsThatOfOneRule() {
        var rule = rules.rule(new Trigger.Manual(null));
        var other = rules.rule(new Trigger.Manual(null));
        var pressed =
                events.by(
                        Viewer.NOBODY,
                        new LiveEvent.ButtonPressed(rule.id(), Ids.next(), Map.of()));

        assertThat(new RuleEngine(List.of(rule, other)).match(pressed, NOW))
                .extracting(match -> match.rule().id())
                .containsExactly(rule.id());
        assertThat(Explanation.of(rule, pressed)).isEmpty();
        assertThat(Explanation.of(other, pressed).orElseThrow().reason()).isEqualTo("other_rule");
    }

    @Test
    void anUnmetConditionSaysWhatTheViewerIs() {
        var conditions = new Conditions(Set.of("moderator"), Set.of(), Set.of(), Set.of(), 0, null);
        var rule =
                RuleExamples.only(
                        rules.rule(new Trigger.Comment(CommentMode.CONTAINS, "spin")), conditions);

        var why = Why.undecided(rule, events.comment("spin"));

        assertThat(why.fired()).isFalse();
        assertThat(why.reason()).isEqualTo("role_missing");
        assertThat(why.observed()).hasToString("{\"roles\":[]}");
        assertThat(why.needed()).hasToString("{\"conditions\":{\"roles\":[\"moderator\"]}}");
    }

    @Test
    void aDecisionTellsMoreThanTheEvent() {
        var rule =
                rules.rule(
                        new Trigger.Comment(CommentMode.CONTAINS, "spin"),
                        new Cooldown(60_000, 0),
                        List.of(rules.spin()));
        var event = events.comment("spin");
        var decision =
                new Execution(
                        Ids.next(),
                        event.id(),
                        rule.id(),
                        NOW,
                        "cooldown_global",
                        1_200L,
                        null,
                        null,
                        List.of());

        var why = Why.decided(rule, decision, null);

        assertThat(why.reason()).isEqualTo("cooldown_global");
        assertThat(why.remainingMs()).isEqualTo(1_200);
        assertThat(why.needed()).hasToString("{\"cooldown\":{\"global_ms\":60000}}");
        assertThat(Json.write(why)).contains("\"decision\":{");
    }

    @Test
    void aDeviceThatWasNotOnlineIsCounted() {
        var device = Ids.next();
        var rule =
                RuleExamples.whileOnline(
                        rules.rule(new Trigger.Comment(CommentMode.CONTAINS, "spin")), device);
        var event = events.comment("spin");
        var decision =
                new Execution(
                        Ids.next(),
                        event.id(),
                        rule.id(),
                        NOW,
                        "device_offline",
                        null,
                        0L,
                        1L,
                        List.of());

        var why = Why.decided(rule, decision, event);

        assertThat(why.observed()).hasToString("{\"online\":0}");
        assertThat(why.needed())
                .hasToString("{\"conditions\":{\"device_online\":[\"" + device + "\"]}}");
        assertThat(Why.undecided(rule, event).reason()).isEqualTo("not_decided");
    }

    @Test
    void whatWouldMatchIsNotDecidedYetOrTheRuleIsYounger() {
        var old = rules.rule(new Trigger.Comment(CommentMode.CONTAINS, "spin"));
        var event = events.comment("spin");
        var young =
                new Rule(
                        old.id(),
                        old.workspaceId(),
                        2,
                        old.createdAt(),
                        event.receivedAt().plusSeconds(1),
                        old.definition());

        assertThat(Why.undecided(old, event).reason()).isEqualTo("not_decided");
        assertThat(Why.undecided(young, event).reason()).isEqualTo("changed_since");
    }
}
