package io.streamwire.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonTest {

    private static final DateTimeFormatter RFC_3339 =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    @Test
    void timesAreRfc3339InWhateverOrderTheyAreWritten() {
        var random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            var time =
                    Instant.ofEpochSecond(random.nextLong(4_102_444_800L) / (1 + i % 3))
                            .plusNanos(random.nextLong(2_000_000_000L) / 20 * (i % 20));

            assertThat(Json.write(time)).isEqualTo('"' + RFC_3339.format(time) + '"');
        }
    }
}
