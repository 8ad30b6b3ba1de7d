package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class CommentTextTest {

    @Test
    void theFormOfATextDoesNotMatter() {
        var random = RandomGenerator.of("L64X128MixRandom");
        for (int i = 0; i < 2_000; i++) {
            var text = new StringBuilder();
            random.ints(random.nextInt(20), 0, 0x3000).forEach(text::appendCodePoint);
            var folded = CommentText.fold(text.toString());

            for (var form : Normalizer.Form.values()) {
                assertThat(CommentText.fold(Normalizer.normalize(text, form))).isEqualTo(folded);
            }
        }
    }

    @Test
    void theCaseOfALetterDoesNotMatter() {
        for (int letter = 0; letter <= Character.MAX_CODE_POINT; letter++) {
            if (Character.toUpperCase(letter) != letter
                    && Normalizer.isNormalized(Character.toString(letter), Normalizer.Form.NFKC)) {
                var upper = Character.toString(Character.toUpperCase(letter));

                assertThat(CommentText.fold(upper))
                        .as("U+%X", letter)
                        .isEqualTo(CommentText.fold(Character.toString(letter)));
            }
        }
    }

    @Test
    void plainTextIsNotCopied() {
        var text = "spin the wheel 10 times!";

        assertThat(CommentText.of(text).folded()).isSameAs(text);
        assertThat(CommentText.of(text).normalised()).isSameAs(text);
    }
}
