package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.rules.CommentPattern.InvalidPattern;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequiredTextsTest {

    private static final int PATTERNS = 30_000;

    /** What patterns are made of, some of it not valid where it comes to stand. */
    private static final List<String> PARTS =
            List.of(
                    "ab",
                    "K",
                    "s",
                    "spin",
                    "c",
                    " ",
                    "!",
                    "\\.",
                    "\\d",
                    "\\b",
                    "\\pL",
                    "\\x41",
                    ".",
                    "^",
                    "$",
                    "*",
                    "+",
                    "?",
                    "}",
                    "{x",
                    "[[:x]",
                    "[:",
                    "{2}",
                    "{0,2}",
                    "{1,}",
                    "{,2}",
                    "{",
                    "|",
                    "|",
                    "(",
                    "(?:",
                    "(?i)",
                    "(?-i:",
                    "(?P<n>",
                    ")",
                    ")",
                    "[ab]",
                    "[^a-c]",
                    "[]k]",
                    "[[:alpha:]]",
                    "é",
                    "ſ",
                    "😀");

    private static final List<String> WORDS =
            List.of(
                    "ab", "AB", "k", "\u212a", "s", "ſ", "spin", "SPIN", "c", " ", "!", ".", "1",
                    "A", "é", "e\u0301", "a\u0338", "😀", "ｓ", "ß", "{,2}", "{");

    @ParameterizedTest
    @CsvSource({
        "'spin', 'spin'",
        "'SPIN\\s+\\d+', 'spin'",
        "'\\bturn (left|right)\\b', 'turn '",
        "'(left|right)', 'left;right'",
        "'left|right', 'left;right'",
        "'spi+n', 'spi'",
        "'spins?!', 'spin'",
        "'[0-9]+ roses', ' roses'",
        "'(?i)\\!boss (?P<level>\\d+)', '!boss '",
        "'(ab){2,3}', 'ab'",
        "'x\\.y', 'x.y'",
    })
    void whatStandsForItselfIsRequired(String regex, String required) {
        assertThat(RequiredTexts.of(regex)).containsExactly(required.split(";"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "[ab]+",
                ".*",
                "(spin)?",
                "(spin){0,2}",
                "spin|[0-9]",
                "spin|",
                "\\x73pin",
                "\\Qspin\\E",
                "\\p{Greek}spin",
                "é",
                "^$",
                "ab?"
            })
    void whatIsNotCertainIsNotRequired(String regex) {
        assertThat(RequiredTexts.of(regex)).isEmpty();
    }

    @Test
    void aCommentInWhichAPatternFindsSomethingHasWhatThePatternRequires() {
        var random = new Random(20_261_129);
        int checked = 0;

        for (int i = 0; i < PATTERNS; i++) {
            var regex = some(PARTS, random);
            var pattern = compiled(regex);
            var required = RequiredTexts.of(regex);
            for (int n = 0; pattern.isPresent() && !required.isEmpty() && n < 20; n++) {
                var comment = CommentText.of(some(WORDS, random));
                if (pattern.get().finds(comment)) {
                    checked++;
                    assertThat(required)
                            .as("%s in \"%s\"", regex, comment.normalised())
                            .anyMatch(comment.folded()::contains);
                }
            }
        }

        assertThat(checked).isGreaterThan(1_000);
    }

    private static Optional<CommentPattern> compiled(String regex) {
        try {
            return Optional.of(CommentPattern.compile(regex));
        } catch (InvalidPattern e) {
            return Optional.empty();
        }
    }

    private static String some(List<String> of, Random random) {
        var text = new StringBuilder();
        for (int i = 1 + random.nextInt(7); i > 0; i--) {
            text.append(of.get(random.nextInt(of.size())));
        }
        return text.toString();
    }
}
