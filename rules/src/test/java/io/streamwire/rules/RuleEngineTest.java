package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.contract.Viewer;
import io.streamwire.rules.Trigger.CommentMode;
import io.streamwire.rules.Trigger.GiftMode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleEngineTest {

    private static final Instant NOW = Instant.parse("2026-11-29T20:15:00Z");

    private final LiveEvents events = new LiveEvents();
    private final RuleExamples rules = new RuleExamples(events.workspaceId());

    @ParameterizedTest
    @CsvSource({
        "spin, please spin it, true",
        "spin, SPIN, true",
        "SpIn, spinning, true",
        "spin, ｓｐｉｎ, true",
        "straße, STRASSE, true",
        "STRASSE, straße, true",
        "café, CAFE\u0301, true",
        "ΟΔΟΣ, οδος, true",
        "οδός, ΟΔΌΣ, true",
        "ﬁre, FIRE, true",
        "🔥, hot 🔥🔥, true",
        "회전, 회전!, true",
        "spin, s pin, false",
        "spin, spn, false",
        "cafe, café, true",
        "Ёлка, елка, true",
        "❤, I ❤️ it, true",
        "गुण, गण, false",
    })
    void textIsFoundWhateverItsCaseAndForm(String text, String comment, boolean found) {
        var rule = rules.rule(new Trigger.Comment(CommentMode.CONTAINS, text));

        assertThat(matches(events.comment(comment), rule)).isEqualTo(found);
    }

    @Test
    void theHigherPriorityDecidesFirstAndEqualOnesInTheirOrder() {
        var low = RuleExamples.withPriority(spin(), 0);
        var usual = spin();
        var other = spin();
        var high = RuleExamples.withPriority(spin(), 9);

        assertThat(
                        new RuleEngine(List.of(low, usual, other, high))
                                .match(events.comment("spin"), Instant.EPOCH))
                .extracting(match -> match.rule().id())
                .containsExactly(high.id(), usual.id(), other.id(), low.id());
    }

    private Rule spin() {
        return rules.rule(new Trigger.Comment(CommentMode.CONTAINS, "spin"));
    }

    @Test
    void aCallReachesItsRuleByItsWayOnly() {
        var button = rules.rule(new Trigger.Manual(null));
        var hook = rules.rule(new Trigger.Webhook());

        assertThat(matches(events.by(Viewer.NOBODY, pressed(button)), button)).isTrue();
        assertThat(matches(events.by(Viewer.NOBODY, pressed(button)), hook)).isFalse();
        assertThat(matches(events.by(Viewer.NOBODY, pressed(hook)), hook)).isFalse();
        assertThat(matches(events.by(Viewer.NOBODY, received(hook)), hook)).isTrue();
        assertThat(matches(events.by(Viewer.NOBODY, received(button)), button)).isFalse();
        assertThat(matches(events.comment("spin"), button)).isFalse();
    }

    @Test
    void aCallOfAnotherRuleIsExplained() {
        var button = rules.rule(new Trigger.Manual(null));
        var other = rules.rule(new Trigger.Manual(null));

        assertThat(Explanation.of(button, events.by(Viewer.NOBODY, pressed(other))))
                .map(Explanation::reason)
                .contains("other_rule");
        assertThat(Explanation.of(button, events.by(Viewer.NOBODY, pressed(button)))).isEmpty();
    }

    private static LiveEvent.Payload pressed(Rule rule) {
        return new LiveEvent.ButtonPressed(rule.id(), Ids.next(), Map.of());
    }

    private static LiveEvent.Payload received(Rule rule) {
        return new LiveEvent.WebhookReceived(rule.id(), Map.of(), 0);
    }

    @ParameterizedTest
    @CsvSource({
        "'!spin', '!spin', true",
        "'!spin', ' !SPIN ', true",
        "'!spin ', '!spin', true",
        "'!spin', '!spin now', false",
        "'!spin', '', false",
    })
    void wholeCommentsAreCompared(String text, String comment, boolean equal) {
        var rule = rules.rule(new Trigger.Comment(CommentMode.EQUALS, text));

        assertThat(matches(events.comment(comment), rule)).isEqualTo(equal);
    }

    @ParameterizedTest
    @CsvSource({
        "'spin\\s+\\d+', 'SPIN 12', true",
        "'^spin$', 'spin', true",
        "'^spin$', 'a spin', false",
        "'^\\d+$', '１２３', true",
        "'(a+)+$', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab', false",
    })
    void patternsSearchInComments(String regex, String comment, boolean found) {
        var rule = rules.rule(new Trigger.CommentRegex(regex));

        assertThat(matches(events.comment(comment), rule)).isEqualTo(found);
    }

    @Test
    void onlyTheBeginningOfAnEndlessCommentIsRead() {
        var rule = rules.rule(new Trigger.Comment(CommentMode.CONTAINS, "spin"));

        assertThat(matches(events.comment("spin" + "x".repeat(100_000)), rule)).isTrue();
        assertThat(matches(events.comment("x".repeat(CommentText.MAX_LENGTH) + "spin"), rule))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "SINGLE, 1, true",
        "STARTED, 1, false",
        "RUNNING, 50, false",
        "ENDED, 99, true",
    })
    void aStreakFiresOnceAtItsEnd(Streak streak, int count, boolean fires) {
        var rule = rules.rule(Trigger.Gift.worth(0, GiftMode.STREAK_END));

        assertThat(matches(events.gift("Rose", 1, count, 0, streak), rule)).isEqualTo(fires);
    }

    @ParameterizedTest
    @CsvSource({
        "STARTED, 1, 1",
        "RUNNING, 7, 7",
        "ENDED, 0, 0",
        "SINGLE, 1, 1",
        "RUNNING, 5000, 100",
        "RUNNING, -3, 0",
    })
    void everyGiftOfAStreakFires(Streak streak, int increment, int times) {
        var rule = rules.rule(Trigger.Gift.worth(0, GiftMode.PER_INCREMENT));

        var matches =
                new RuleEngine(List.of(rule))
                        .match(events.gift("Rose", 1, 9, increment, streak), NOW);

        assertThat(matches.stream().mapToInt(RuleEngine.Match::times).sum()).isEqualTo(times);
    }

    @ParameterizedTest
    @CsvSource({
        "STREAK_END, 100, 1, 99, false",
        "STREAK_END, 100, 1, 100, true",
        "STREAK_END, 100, 100, 0, true",
        "STREAK_END, 2000000000, 2000000000, 2000000000, true",
        "PER_INCREMENT, 100, 1, 100, false",
        "PER_INCREMENT, 100, 100, 1, true",
    })
    void cheapGiftsAreLeftOut(GiftMode mode, int least, int diamonds, int count, boolean fires) {
        var rule = rules.rule(Trigger.Gift.worth(least, mode));

        assertThat(matches(events.gift("Rose", diamonds, count, 1, Streak.ENDED), rule))
                .isEqualTo(fires);
    }

    @ParameterizedTest
    @CsvSource({"Rose, true", "ROSE, true", "Lion, true", "Rosen, false"})
    void giftsAreChosenByName(String name, boolean fires) {
        var rule = rules.rule(RuleExamples.gift(List.of("rose", "lion"), GiftMode.STREAK_END));

        assertThat(matches(events.gift(name, 1, 1, 1, Streak.SINGLE), rule)).isEqualTo(fires);
    }

    @Test
    void theBacklogSetsNothingOff() {
        var rule = rules.rule(new Trigger.Comment(CommentMode.CONTAINS, "spin"));

        assertThat(matches(events.historicalComment("spin"), rule)).isFalse();
    }

    @Test
    void aRuleHearsOnlyItsLivestream() {
        var here =
                rules.onlyOf(
                        events.livestreamId(), new Trigger.Comment(CommentMode.CONTAINS, "spin"));
        var elsewhere = rules.onlyOf(Ids.next(), new Trigger.Comment(CommentMode.CONTAINS, "spin"));

        assertThat(matches(events.comment("spin"), here)).isTrue();
        assertThat(matches(events.comment("spin"), elsewhere)).isFalse();
    }

    @Test
    void rulesAnswerInTheirOrder() {
        var first = rules.rule(new Trigger.CommentRegex("s.in"));
        var second = rules.rule(new Trigger.Comment(CommentMode.CONTAINS, "spin"));
        var third = rules.rule(new Trigger.Comment(CommentMode.EQUALS, "spin"));

        assertThat(new RuleEngine(List.of(second, first, third)).match(events.comment("spin"), NOW))
                .extracting(RuleEngine.Match::rule)
                .containsExactly(second, first, third);
    }

    @Test
    void disabledRulesDoNotListen() {
        var engine =
                new RuleEngine(
                        List.of(rules.disabled(new Trigger.Comment(CommentMode.CONTAINS, "spin"))));

        assertThat(engine.listensTo("tiktok.comment")).isFalse();
        assertThat(engine.match(events.comment("spin"), NOW)).isEmpty();
    }

    @Test
    void otherEventsNeedNotBeRead() {
        var engine =
                new RuleEngine(
                        List.of(rules.rule(new Trigger.Comment(CommentMode.CONTAINS, "spin"))));

        assertThat(engine.listensTo("tiktok.comment")).isTrue();
        assertThat(engine.listensTo("tiktok.gift")).isFalse();
        assertThat(engine.listensTo("tiktok.unheard")).isFalse();
        assertThat(engine.match(events.joined(), NOW)).isEmpty();
    }

    private static boolean matches(LiveEvent event, Rule rule) {
        return !new RuleEngine(List.of(rule)).match(event, NOW).isEmpty();
    }
}
