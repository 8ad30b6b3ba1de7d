package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CommandWordsTest {

    /**
     * There are digits outside of the first 65,536 characters, which Java's numbers do not read.
     */
    @Test
    void whatIsNoIntegerOfLatinDigitsIsNone() {
        var event =
                new LiveEvents()
                        .comment("!spin 12 \uD801\uDCA1 -3 +4 \uFF17 1234567890123456 1.5 many");

        assertThat(IntStream.rangeClosed(1, 9).mapToObj(place -> CommandWords.number(event, place)))
                .containsExactly(12L, null, -3L, 4L, 7L, null, null, null, null);
    }
}
