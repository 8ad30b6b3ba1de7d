package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.contract.Viewer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TextTemplateTest {

    private final LiveEvents events = new LiveEvents();

    @Test
    void placesAreFilled() {
        var template = TextTemplate.of("{viewer} (@{handle}) sent {count} x {gift}: {diamonds}!");

        assertThat(template.fill(events.gift("Rose", 5, 3, 1, Streak.ENDED)))
                .isEqualTo("Anna (@anna) sent 3 x Rose: 15!");
    }

    @Test
    void wordsOfACommandAreFilledIn() {
        var template = TextTemplate.of("{argument:2}|{argument:1}|{argument:3}|{text}");

        assertThat(template.fill(events.comment("!paint red blue")))
                .isEqualTo("blue|red||!paint red blue");
    }

    @Test
    void whatAnEventDoesNotSayIsEmpty() {
        assertThat(TextTemplate.of("[{gift}{text}{likes}]").fill(events.joined())).isEqualTo("[]");
    }

    @Test
    void aViewerWithoutANicknameHasAHandle() {
        var nameless = new Viewer("7", "nameless", " ", List.of(), 0, null);

        assertThat(TextTemplate.of("{viewer}").fill(events.comment(nameless, "hi")))
                .isEqualTo("nameless");
    }

    @Test
    void bracesAreWrittenTwice() {
        assertThat(TextTemplate.of("{{viewer}} }}{{").fill(events.joined()))
                .isEqualTo("{viewer} }{");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a {viewers2} b | there is no such place at character 3",
                "{} | there is no such place at character 1",
                "{VIEWER} | there is no such place at character 1",
                "{argument:0} | there is no such place at character 1",
                "{argument:10} | there is no such place at character 1",
                "{viewer.password} | there is no such place at character 1",
                "{viewer | a single { at character 1",
                "ab } | a single } at character 4",
            })
    void whatIsNoTemplateIsRefusedWithItsPosition(String template, String reason) {
        assertThatThrownBy(() -> TextTemplate.of(template))
                .isInstanceOf(TextTemplate.InvalidTemplate.class)
                .hasMessageStartingWith(reason);
    }

    @Test
    void placesInWhatAViewerWroteStayAsTheyAre() {
        assertThat(TextTemplate.of("{text}").fill(events.comment("{handle} {{x}}")))
                .isEqualTo("{handle} {{x}}");
    }

    @ParameterizedTest
    @MethodSource
    void controlCharactersAreLeftOut(String name, String shown) {
        var viewer = new Viewer("7", "x", name, List.of(), 0, null);

        assertThat(TextTemplate.of("{viewer}").fill(events.comment(viewer, "hi"))).isEqualTo(shown);
    }

    static List<Arguments> controlCharactersAreLeftOut() {
        return List.of(
                arguments("a\u0000b\u001b[31mc", "ab[31mc"),
                arguments("a\nb\tc\u2028d", "a b c d"),
                arguments("a\u202eb\u2066c\u200fd", "abcd"),
                arguments("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
                arguments("a\ud800b", "ab"),
                arguments("<b>x</b> +/#", "<b>x</b> +/#"));
    }

    @Test
    void everythingHasAnEnd() {
        var endless = events.comment("😀".repeat(100_000));
        var many = TextTemplate.of("{text}".repeat(80));

        assertThat(TextTemplate.of("{text}").fill(endless))
                .isEqualTo("😀".repeat(TextTemplate.MAX_VALUE_LENGTH));
        assertThat(many.fill(endless)).isEqualTo("😀".repeat(TextTemplate.MAX_RESULT_LENGTH));
        assertThatThrownBy(() -> TextTemplate.of("x".repeat(TextTemplate.MAX_LENGTH + 1)))
                .isInstanceOf(TextTemplate.InvalidTemplate.class);
    }
}
