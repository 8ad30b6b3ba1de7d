package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.RoomState;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.contract.Viewer;
import io.streamwire.rules.Conditions.TimeOfDay;
import io.streamwire.rules.RuleEngine.Match;
import io.streamwire.rules.Trigger.CommentMode;
import io.streamwire.rules.Trigger.GiftMode;
import io.streamwire.rules.Trigger.Happening;
import io.streamwire.rules.Trigger.Range;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TriggersTest {

    private static final Instant NOW = Instant.parse("2026-11-29T20:15:00Z");

    private final LiveEvents events = new LiveEvents();
    private final RuleExamples rules = new RuleExamples(events.workspaceId());

    private List<Match> match(LiveEvent event, Rule... all) {
        return new RuleEngine(List.of(all)).match(event, NOW);
    }

    private boolean matches(LiveEvent event, Trigger trigger) {
        return !match(event, rules.rule(trigger)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "WORD, spin, 'spin!', true",
        "WORD, spin, 'now SPIN now', true",
        "WORD, spin, 'spinning', false",
        "WORD, spin, 'respin', false",
        "WORD, spin, '2spin', false",
        "WORD, spin, 'spinning spin', true",
        "WORD, 🔥, 'hot🔥', false",
        "WORD, 🔥, 'hot 🔥🔥', true",
        "STARTS_WITH, go, '  Go left', true",
        "STARTS_WITH, go, 'gogo', true",
        "STARTS_WITH, go, 'let us go', false",
        "COMMAND, spin, '!spin', true",
        "COMMAND, spin, ' !SPIN 3 fast', true",
        "COMMAND, spin, '！spin', true",
        "COMMAND, spin, '!spinning', false",
        "COMMAND, spin, 'please !spin', false",
        "COMMAND, spin, 'spin', false",
        "COMMAND, spin, '!', false",
        "COMMAND, spin, '', false",
    })
    void commentsAreComparedAsTheRuleSays(
            CommentMode mode, String text, String comment, boolean found) {
        assertThat(matches(events.comment(comment), new Trigger.Comment(mode, text)))
                .isEqualTo(found);
    }

    @Test
    void anyOfTheTextsWillDoOnce() {
        var left = new Trigger.Comment(CommentMode.CONTAINS, "left", "links", "gauche");

        assertThat(match(events.comment("links, left, gauche!"), rules.rule(left))).hasSize(1);
        assertThat(matches(events.comment("right"), left)).isFalse();
    }

    /** The index finds what looking through all rules one by one finds. */
    @Test
    void manyRulesAreFoundTogether() {
        var random = RandomGenerator.of("L64X128MixRandom");
        var modes = List.of(CommentMode.values());
        for (int round = 0; round < 100; round++) {
            var all = new ArrayList<Rule>();
            for (int i = 0; i < 60; i++) {
                var mode = modes.get(random.nextInt(modes.size()));
                all.add(rules.rule(new Trigger.Comment(mode, word(random, 1, 4))));
            }
            var engine = new RuleEngine(all);
            for (int i = 0; i < 50; i++) {
                var event = events.comment(word(random, 0, 8) + ' ' + word(random, 0, 4));

                assertThat(engine.match(event, NOW))
                        .extracting(Match::rule)
                        .containsExactlyElementsOf(
                                all.stream()
                                        .filter(rule -> isIn(event, rule.definition().trigger()))
                                        .toList());
            }
        }
    }

    private static boolean isIn(LiveEvent event, Trigger trigger) {
        var comment = ((LiveEvent.CommentPosted) event.payload()).text();
        var wanted = (Trigger.Comment) trigger;
        var text = wanted.texts().getFirst();
        return switch (wanted.mode()) {
            case CONTAINS -> comment.contains(text);
            case EQUALS -> comment.strip().equals(text.strip());
            case STARTS_WITH -> comment.stripLeading().startsWith(text);
            case WORD ->
                    Pattern.compile("(?<![a-z])" + Pattern.quote(text) + "(?![a-z])")
                            .matcher(comment)
                            .find();
            case COMMAND -> comment.strip().split(" ", -1)[0].equals("!" + text);
        };
    }

    private static String word(RandomGenerator random, int least, int most) {
        var letters = new StringBuilder();
        random.ints(random.nextInt(least, most + 1), 0, 4)
                .forEach(letter -> letters.append("ab!c".charAt(letter)));
        return letters.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "1, STARTED, 1, 1, 1",
        "1, SINGLE, 1, 1, 1",
        "1, RUNNING, 2, 1, 0",
        "1, ENDED, 2, 0, 0",
    })
    void theFirstGiftOfAStreakFires(int price, Streak streak, int count, int increment, int times) {
        var first = rules.rule(Trigger.Gift.worth(0, GiftMode.FIRST));

        assertThat(times(match(events.gift("Rose", price, count, increment, streak), first)))
                .isEqualTo(times);
    }

    @Test
    void aCapEndsAStreak() {
        var rule =
                rules.rule(
                        new Trigger.Gift(
                                List.of(),
                                List.of(),
                                Range.ANY,
                                Range.ANY,
                                GiftMode.PER_INCREMENT,
                                10));
        var steps = new int[] {1, 4, 4, 4, 90};
        var count = 0;
        var fired = new ArrayList<Integer>();
        for (var step : steps) {
            count += step;
            fired.add(times(match(events.gift("Rose", 1, count, step, Streak.RUNNING), rule)));
        }

        assertThat(fired).containsExactly(1, 4, 4, 1, 0);
    }

    @ParameterizedTest
    @CsvSource({"4, 1, false", "5, 1, true", "10, 1, true", "11, 1, false", "5, 4, false"})
    void priceAndWorthHaveTwoEnds(int price, int count, boolean fires) {
        var trigger =
                new Trigger.Gift(
                        List.of(),
                        List.of(),
                        new Range(0, 19),
                        new Range(5, 10),
                        GiftMode.STREAK_END,
                        Trigger.Gift.NO_CAP);

        assertThat(matches(events.gift("Rose", price, count, count, Streak.ENDED), trigger))
                .isEqualTo(fires);
    }

    @Test
    void giftsAreChosenByNameOrId() {
        var byEither =
                new Trigger.Gift(
                        List.of("Rosé"),
                        List.of(5_655L),
                        Range.ANY,
                        Range.ANY,
                        GiftMode.STREAK_END,
                        Trigger.Gift.NO_CAP);
        var byOtherId =
                new Trigger.Gift(
                        List.of(),
                        List.of(1L),
                        Range.ANY,
                        Range.ANY,
                        GiftMode.STREAK_END,
                        Trigger.Gift.NO_CAP);
        var rose = events.gift("ROSE", 1, 1, 1, Streak.SINGLE);

        assertThat(match(rose, rules.rule(byEither))).hasSize(1);
        assertThat(matches(rose, byOtherId)).isFalse();
    }

    @Test
    void whatViewersDoFires() {
        var follow = rules.rule(new Trigger.Happened(Happening.FOLLOW));
        var share = rules.rule(new Trigger.Happened(Happening.SHARE));
        var join = rules.rule(new Trigger.Happened(Happening.JOIN));
        var subscribe = rules.rule(new Trigger.Subscribe(3));

        assertThat(matched(new LiveEvent.Followed(), follow, share, join, subscribe))
                .containsExactly(follow);
        assertThat(matched(new LiveEvent.Shared(), follow, share, join, subscribe))
                .containsExactly(share);
        assertThat(matched(new LiveEvent.Joined(), follow, share, join, subscribe))
                .containsExactly(join);
        assertThat(matched(new LiveEvent.Subscribed(3), follow, share, join, subscribe))
                .containsExactly(subscribe);
        assertThat(matched(new LiveEvent.Subscribed(2), follow, share, join, subscribe)).isEmpty();
    }

    @Test
    void theRoomFires() {
        var over = rules.rule(new Trigger.Live(Set.of(RoomState.ENDED, RoomState.SUSPENDED)));

        assertThat(matched(new LiveEvent.RoomChanged(RoomState.SUSPENDED), over)).hasSize(1);
        assertThat(matched(new LiveEvent.RoomChanged(RoomState.PAUSED), over)).isEmpty();
    }

    private List<Rule> matched(LiveEvent.Payload payload, Rule... all) {
        return match(events.by(LiveEvents.ANNA, payload), all).stream().map(Match::rule).toList();
    }

    private static int times(List<Match> matches) {
        return matches.stream().mapToInt(Match::times).sum();
    }

    private static Viewer viewer(String handle, int teamLevel, String... roles) {
        return new Viewer("7000000000000000009", handle, "N", List.of(roles), teamLevel, null);
    }

    @Test
    void theFirstUnmetConditionIsTheOutcome() {
        var only =
                new Conditions(
                        Set.of("moderator", "subscriber"),
                        Set.of("anchor"),
                        Set.of(),
                        Set.of("eve"),
                        5,
                        null);

        assertThat(refusal(only, viewer("ada", 5, "moderator", "follower"))).isEmpty();
        assertThat(refusal(only, viewer("Eve", 5, "moderator"))).containsExactly("viewer_excluded");
        assertThat(refusal(only, viewer("ada", 5, "moderator", "anchor")))
                .containsExactly("role_excluded");
        assertThat(refusal(only, viewer("ada", 5, "follower"))).containsExactly("role_missing");
        assertThat(refusal(only, viewer("ada", 4, "moderator"))).containsExactly("team_level");
    }

    @Test
    void viewersAreListedByHandleOrId() {
        var byHandle = new Conditions(Set.of(), Set.of(), Set.of("ada"), Set.of(), 0, null);
        var byId =
                new Conditions(
                        Set.of(), Set.of(), Set.of("7000000000000000009"), Set.of(), 0, null);

        assertThat(refusal(byHandle, viewer("ADA", 0))).isEmpty();
        assertThat(refusal(byHandle, viewer("eve", 0))).containsExactly("viewer_not_listed");
        assertThat(refusal(byId, viewer("eve", 0))).isEmpty();
        assertThat(refusal(byId, LiveEvents.ANNA)).containsExactly("viewer_not_listed");
    }

    @ParameterizedTest
    @CsvSource({
        "21:00, 22:00, true",
        "21:15, 22:00, true",
        "21:00, 21:15, false",
        "22:00, 21:00, false",
        "22:00, 21:30, true",
        "20:00, 02:00, true",
    })
    void partsOfTheDayAreOfTheirZone(LocalTime from, LocalTime to, boolean holds) {
        var evening =
                new Conditions(
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        0,
                        new TimeOfDay(from, to, ZoneId.of("Europe/Berlin"))); // now is 21:15 there

        assertThat(refusal(evening, LiveEvents.ANNA).isEmpty()).isEqualTo(holds);
    }

    @ParameterizedTest
    @CsvSource({
        "viewer.team_level > 3, ''",
        "viewer.team_level > 9, condition",
        "1 / viewer.team_level > 9, condition",
        "1 / size(event.gift) > 0, condition_error",
    })
    void anExpressionMustHold(String cel, String outcome) {
        var only =
                new Conditions(
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        Set.of("eve"),
                        0,
                        null,
                        Expression.of(Expression.Kind.CONDITION, cel),
                        Set.of());

        assertThat(String.join("", refusal(only, viewer("ada", 5)))).isEqualTo(outcome);
        assertThat(refusal(only, viewer("eve", 5))).containsExactly("viewer_excluded");
    }

    private List<String> refusal(Conditions conditions, Viewer viewer) {
        var rule = rules.rule(new Trigger.Comment(CommentMode.CONTAINS, "spin"));
        var matches = match(events.comment(viewer, "spin"), RuleExamples.only(rule, conditions));
        assertThat(matches).hasSize(1);
        return Stream.ofNullable(matches.getFirst().refusal()).toList();
    }
}
