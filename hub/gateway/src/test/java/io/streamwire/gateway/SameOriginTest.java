package io.streamwire.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.helidon.http.HeaderNames;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import io.helidon.http.WritableHeaders;
import io.streamwire.service.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SameOriginTest {

    private static final HttpPrologue LIVE =
            HttpPrologue.create("HTTP/1.1", "HTTP", "1.1", Method.GET, "/api/v1/live", false);

    @ParameterizedTest
    @CsvSource({
        "hub.example, https://hub.example",
        "HUB.example, https://hub.example",
        "hub.example:443, https://hub.example",
        "hub.example, http://hub.example",
        "localhost:8000, http://localhost:8000",
        "[::1]:8000, http://[::1]:8000",
        "[::1], http://[::1]",
    })
    void aWebSocketOfTheOwnPageIsOpened(String host, String origin) {
        assertThatCode(() -> SameOrigin.check(LIVE, webSocket(host, origin)))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "hub.example, https://evil.example",
        "hub.example, https://hub.example.evil.example",
        "hub.example, https://hub.example@evil.example",
        "hub.example, null",
        "hub.example, file://hub.example",
        "localhost:8000, http://localhost:3000",
        "localhost:8000, http://localhost",
        "localhost, https://localhost:8000",
    })
    void aWebSocketOfAnotherPageIsRefused(String host, String origin) {
        var problem =
                catchThrowableOfType(
                        Problem.class, () -> SameOrigin.check(LIVE, webSocket(host, origin)));

        assertThat(problem.code()).isEqualTo("csrf");
    }

    @Test
    void aProgramSendsNoOrigin() {
        var headers = webSocket("hub.example", "");

        assertThatCode(() -> SameOrigin.check(LIVE, headers)).doesNotThrowAnyException();
    }

    private static WritableHeaders<?> webSocket(String host, String origin) {
        var headers = WritableHeaders.create();
        headers.set(HeaderNames.UPGRADE, "websocket");
        headers.set(HeaderNames.HOST, host);
        if (!origin.isEmpty()) {
            headers.set(HeaderNames.ORIGIN, origin);
        }
        return headers;
    }
}
