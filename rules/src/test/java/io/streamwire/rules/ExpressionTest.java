package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.RoomState;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.contract.RoomCounters;
import io.streamwire.contract.Viewer;
import io.streamwire.rules.Expression.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionTest {

    private static final Viewer MO =
            new Viewer("7000000000000000003", "mo", "Mo", List.of("moderator"), 7, null);

    private final LiveEvents events = new LiveEvents();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "event.type == 'tiktok.comment'",
                "event.text.startsWith('!spin')",
                "event.text.contains('80')",
                "event.arguments == ['80', 'left']",
                "int(event.arguments[0]) > 50 && event.arguments[1] in ['left', 'right']",
                "'moderator' in viewer.roles && viewer.team_level >= 5",
                "viewer.roles.exists(role, role.endsWith('tor'))",
                "viewer.handle == 'mo' && viewer.nickname == 'Mo' && size(viewer.id) == 19",
                "!event.simulated",
                "event.diamonds == 0 && event.gift == '' && event.months == 0",
            })
    void aCommentAndItsViewerCanBeAskedAbout(String cel) {
        var comment = events.comment(MO, "!spin 80 left");

        assertThat(Expression.of(Kind.CONDITION, cel).holds(comment)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "event.diamonds | 495",
                "event.price | 5",
                "event.count | 99",
                "event.increment | 2",
                "event.gift_id | 5655",
                "event.gift == 'Rose' && event.streak == 'ended' ? 1 : 0 | 1",
                "event.diamonds > 100 ? 100 : event.diamonds | 100",
                "event.count * 10 + viewer.team_level | 990",
            })
    void aGiftCanBeCalculatedWith(String cel, long result) {
        var gift = events.gift("Rose", 5, 99, 2, Streak.ENDED);

        assertThat(Expression.of(Kind.INTEGER, cel).number(gift)).isEqualTo(result);
    }

    @Test
    void otherEventsCanBeAskedAbout() {
        assertThat(number("event.likes * 1000 + event.total_likes", likes())).isEqualTo(15_200);
        assertThat(number("event.viewers", payload(new LiveEvent.ViewersCounted(42, 90, null))))
                .isEqualTo(42);
        assertThat(number("event.months", payload(new LiveEvent.Subscribed(3)))).isEqualTo(3);
        assertThat(
                        Expression.of(Kind.CONDITION, "event.state == 'paused'")
                                .holds(payload(new LiveEvent.RoomChanged(RoomState.PAUSED))))
                .isTrue();
    }

    @Test
    void whatTheLivestreamHasHadCanBeAskedAboutWithAnyEvent() {
        var counted =
                LiveEvents.counted(events.comment("spin"), new RoomCounters(50, 1_200, 30, 4));
        var full = "counters.viewers >= 50 && counters.likes == 1200 && counters.diamonds == 30";

        assertThat(Expression.of(Kind.CONDITION, full).holds(counted)).isTrue();
        assertThat(number("counters.viewer_diamonds * 10", counted)).isEqualTo(40);
        assertThat(Expression.of(Kind.INTEGER, "counters.viewers").number(events.comment("spin")))
                .isNull();
        assertThat(
                        Expression.of(Kind.CONDITION, "counters.diamonds < 100")
                                .holds(events.comment("spin")))
                .isNull();
        assertThat(EventNumber.COUNTED_LIKES.of(events.comment("spin"))).isNull();
        assertThat(EventNumber.COUNTED_LIKES.of(counted)).isEqualTo(1_200);
    }

    @Test
    void numbersOfAButtonOrHookCanBeCalculatedWith() {
        var rule = Ids.next();
        var pressed =
                payload(
                        new LiveEvent.ButtonPressed(
                                rule, Ids.next(), Map.of("level", 60L, "who", "Ada")));
        var donated = payload(new LiveEvent.WebhookReceived(rule, Map.of("data.amount", 2.5), 0));

        assertThat(number("event.numbers.level * 2", pressed)).isEqualTo(120);
        assertThat(number("event.numbers['data.amount']", donated)).isEqualTo(3);
        assertThat(
                        Expression.of(
                                        Kind.CONDITION,
                                        "'level' in event.numbers && !('who' in event.numbers)")
                                .holds(pressed))
                .isTrue();
        assertThat(Expression.of(Kind.INTEGER, "event.numbers.level").number(donated)).isNull();
        assertThat(
                        Expression.of(Kind.CONDITION, "size(event.numbers) == 0")
                                .holds(events.comment("spin")))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10 / event.diamonds",
                "int(event.text)",
                "int(event.arguments[5])",
                "9223372036854775807 + event.count + 1",
            })
    void whatHasNoValueHasNone(String cel) {
        assertThat(Expression.of(Kind.INTEGER, cel).number(events.comment("spin"))).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "event.diamnds > 5 | line 1, column 1: event has no such field, only event.arguments, event.count,",
                "counters.gifts > 5 | line 1, column 1: counters has no such field, only counters.diamonds, ",
                "true && (1 | line 1, column 11: ",
                "viewer.handle == 5 | line 1, column 15: found no matching overload for '_==_'",
                "event.count + 1 | line 1, column 13: expected type 'bool' but found 'int'",
                "system('rm') | line 1, column 7: undeclared reference to 'system'",
                "event.text.matches('(a+)+') | line 1, column 19: undeclared reference to 'matches'",
                "dyn(1) == 1 | line 1, column 4: undeclared reference to 'dyn'",
                "event.text + event.text == '' | line 1, column 12: found no matching overload",
            })
    void aBadExpressionIsRefusedWithItsPosition(String cel, String reason) {
        assertThatThrownBy(() -> Expression.of(Kind.CONDITION, cel))
                .isInstanceOf(Expression.InvalidExpression.class)
                .hasMessageStartingWith(reason);
    }

    @Test
    void thePositionIsThatOfItsLine() {
        assertThatThrownBy(() -> Expression.of(Kind.CONDITION, "true &&\n  nothing"))
                .hasMessageStartingWith("line 2, column 3: undeclared reference to 'nothing'");
    }

    static List<String> tooLarge() {
        return List.of(
                "true " + "&& true ".repeat(200),
                "1" + " + 1".repeat(240) + " > 0",
                "(".repeat(400) + "true" + ")".repeat(400),
                "[".repeat(400) + "]".repeat(400) + " == []",
                "event.text == '" + "x".repeat(1_000) + "'",
                "(".repeat(999),
                "{".repeat(999),
                "a.".repeat(499) + "b",
                "?:".repeat(499));
    }

    @ParameterizedTest
    @MethodSource("tooLarge")
    void whatIsTooLargeIsRefusedSoon(String cel) {
        var began = System.nanoTime();

        assertThatThrownBy(() -> Expression.of(Kind.CONDITION, cel))
                .isInstanceOf(Expression.InvalidExpression.class);

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void anEndlessExpressionHasAnEnd() {
        var ten = "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]";
        var cel = "%s.all(a, %s.all(b, %s.all(c, a + b + c > 0)))".formatted(ten, ten, ten);
        var enough = "%s.all(a, a > 0)".formatted(ten);

        assertThat(Expression.of(Kind.CONDITION, cel).holds(events.joined())).isNull();
        assertThat(Expression.of(Kind.CONDITION, enough).holds(events.joined())).isTrue();
    }

    @Test
    void twoOfTheSameTextAreEqual() {
        assertThat(Expression.of(Kind.CONDITION, "true"))
                .isEqualTo(Expression.of(Kind.CONDITION, "true"))
                .isNotEqualTo(Expression.of(Kind.CONDITION, "false"));
    }

    private LiveEvent likes() {
        return payload(new LiveEvent.Liked(15, 200, 200, null, null));
    }

    private LiveEvent payload(LiveEvent.Payload payload) {
        return events.by(LiveEvents.ANNA, payload);
    }

    private static Long number(String cel, LiveEvent event) {
        var number = Expression.of(Kind.INTEGER, cel).number(event);
        return number == null ? Long.MIN_VALUE : number;
    }
}
