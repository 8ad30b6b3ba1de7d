package io.streamwire.rules.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LatencyBucketTest {

    @Test
    void theMiddleIsAtMostOneThirtySecondAway() {
        var random = new Random(3);
        LongStream.concat(
                        LongStream.range(0, 100_000),
                        random.longs(1_000_000, 0, LatencyBucket.LONGEST + 1))
                .forEach(micros -> {
                    var middle = LatencyBucket.middle(LatencyBucket.of(micros));

                    assertThat(Math.abs(middle - micros) * 32).isLessThanOrEqualTo(micros);
                });
    }

    @Test
    void bucketsFollowEachOther() {
        int last = 0;
        for (long micros = 0; micros < 1 << 20; micros++) {
            var bucket = LatencyBucket.of(micros);

            assertThat(bucket).isBetween(last, last + 1);
            last = bucket;
        }
    }

    @ParameterizedTest
    @CsvSource({"-1, 0", "0, 0", "15, 15", "16, 16", "68719476735, 527", "68719476736, 527"})
    void thereAre528(long micros, int bucket) {
        assertThat(LatencyBucket.of(micros)).isEqualTo(bucket);
    }

    @Test
    void percentilesAreOfTheNearestRank() {
        var histogram = new Histogram();
        for (int micros = 1; micros <= 15; micros++) {
            histogram.add(LatencyBucket.of(micros), 1);
        }

        assertThat(histogram.latency()).isEqualTo(new Report.Latency(15, 8, 15, 15));

        histogram.add(LatencyBucket.of(0), 985);

        assertThat(histogram.latency()).isEqualTo(new Report.Latency(1_000, 0, 0, 5));
    }
}
