package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamwire.service.Problem;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsernameTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "maker.one",
                "@Maker.One",
                "  maker.one ",
                "https://www.tiktok.com/@maker.one",
                "https://www.tiktok.com/@maker.one/live",
                "https://m.tiktok.com/@maker.one/live?lang=en",
                "tiktok.com/@maker.one/",
                "http://tiktok.com/@MAKER.ONE?is_from_webapp=1",
            })
    void namesAndAddressesAreUnderstood(String text) {
        assertThat(Username.of(text).name()).isEqualTo("maker.one");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "@",
                "a",
                "ends.with.",
                "with space",
                "abcdefghijklmnopqrstuvwxy",
                "../../etc/passwd",
                "a/b",
                "a?uniqueId=b",
                "https://evil.example/@maker.one",
                "https://www.tiktok.com.evil.example/@maker.one",
                "https://www.tiktok.com/@maker.one/video/123",
                "name\u0000",
                "m\u00e4ker",
            })
    void everythingElseIsRefused(String text) {
        assertThatThrownBy(() -> Username.of(text))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("bad_username"));
    }
}
