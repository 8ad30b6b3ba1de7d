package io.streamwire.rules.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventTimeTest {

    private static final Instant NOW = Instant.parse("2030-01-31T18:00:00Z");

    @ParameterizedTest
    @CsvSource({
        // happened, received and counted, each so long before now
        "PT5S, PT4S, PT5S",
        "PT24H, PT0S, PT24H",
        "PT24H1S, PT0S, PT0S",
        "PT25H, PT2H, PT25H",
        "PT-60S, PT0S, PT-60S",
        "PT-61S, PT0S, PT0S",
        "PT168H, PT168H, PT168H",
        "PT169H, PT169H, PT0S",
        "PT1H, PT-2M, PT1H",
        "PT1000000H, PT-1000000H, PT0S",
    })
    void whatCanBeBelievedIs(Duration happened, Duration received, Duration counted) {
        assertThat(EventTime.of(NOW.minus(happened), NOW.minus(received), NOW))
                .isEqualTo(NOW.minus(counted));
    }

    @ParameterizedTest
    @CsvSource({
        "-1000000000-01-01T00:00:00Z, +1000000000-12-31T23:59:59.999999999Z",
        "+1000000000-12-31T23:59:59.999999999Z, -1000000000-01-01T00:00:00Z",
    })
    void theEndsOfTimeDoNoHarm(Instant happened, Instant received) {
        assertThat(EventTime.of(happened, received, NOW)).isEqualTo(NOW);
    }
}
