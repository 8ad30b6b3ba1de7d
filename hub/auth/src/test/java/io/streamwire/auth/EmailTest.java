package io.streamwire.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmailTest {

    @ParameterizedTest
    @CsvSource({
        "Ann.Lee+x@Example.ORG, ann.lee+x@example.org",
        "' ann@example.org ', ann@example.org",
        "ann@bücher.example, ann@xn--bcher-kva.example",
        "jörg@example.org, jörg@example.org"
    })
    void oneAddressHasOneForm(String text, String normalised) {
        assertThat(Email.normalised(text)).contains(normalised);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "@",
                "ann",
                "ann@",
                "@example.org",
                "ann@localhost",
                "ann@-.org",
                "ann@example..org",
                "a b@example.org",
                "ann@exa mple.org",
                "ann\n@example.org",
                "\"ann\"@example.org",
                "ann@bob@example.org",
                "<ann@example.org>"
            })
    void whatIsNoAddressIsRefused(String text) {
        assertThat(Email.normalised(text)).isEmpty();
    }

    @Test
    void anAddressHasAtMost254Characters() {
        assertThat(Email.normalised("a@" + "b".repeat(60) + ".org")).isPresent();
        assertThat(Email.normalised("a@" + ("b".repeat(60) + ".").repeat(5) + "org")).isEmpty();
    }
}
