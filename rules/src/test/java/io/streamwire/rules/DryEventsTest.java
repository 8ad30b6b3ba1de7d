package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.streamwire.contract.Ids;
import io.streamwire.service.Problem;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DryEventsTest {

    @ParameterizedTest
    @CsvSource({
        "0, , , , /last",
        "101, , , , /last",
        "1, 2026-01-01T00:00:00Z, , , /last",
        ", 2026-01-02T00:00:00Z, 2026-01-02T00:00:00Z, , /to",
        ", , , '', /recording_id",
        "1, , , sample-show, /recording_id",
        ", , 2026-01-02T00:00:00Z, sample-show, /recording_id",
    })
    void choicesThatMakeNoSenseAreRefused(
            @Nullable Integer last,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable String recording,
            String pointer) {
        var choice = new DryEvents.Choice(null, last, from, to, recording);

        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> choice.check(100))
                .satisfies(problem -> {
                    assertThat(problem.code()).isEqualTo("invalid_value");
                    assertThat(problem.violations())
                            .singleElement()
                            .satisfies(it -> assertThat(it.pointer()).isEqualTo(pointer));
                });
    }

    @Test
    void otherChoicesAreTaken() {
        assertThatCode(
                        () -> {
                            new DryEvents.Choice(null, null, null, null, null).check(100);
                            new DryEvents.Choice(Ids.next(), 100, null, Instant.EPOCH, null)
                                    .check(100);
                            new DryEvents.Choice(null, null, Instant.EPOCH, null, null).check(100);
                            new DryEvents.Choice(null, null, null, null, "sample-show").check(100);
                        })
                .doesNotThrowAnyException();
    }
}
