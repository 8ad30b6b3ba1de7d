package io.streamwire.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MetersTest {

    @Test
    void requestsAreCountedByRouteAndTimedInSeconds() {
        try (var meters = new Meters()) {
            meters.answered("GET", "/rules/{id}", 200, Duration.ofMillis(30));
            meters.answered("BREW", "/rules/{id}", 405, Duration.ofMillis(1));

            assertThat(meters.scrape())
                    .contains("http_server_requests_seconds_count{method=\"GET\",")
                    .contains("route=\"/rules/{id}\",status=\"200\",le=\"0.05\"} 1")
                    .contains("route=\"/rules/{id}\",status=\"200\",le=\"0.025\"} 0")
                    .contains("method=\"other\"")
                    .contains("jvm_memory_used_bytes", "process_cpu_usage", "jvm_gc_");
        }
    }

    @Test
    void theNumberOfRoutesIsBounded() {
        try (var meters = new Meters()) {
            for (int n = 0; n < 1_000; n++) {
                meters.answered("GET", "/" + n, 200, Duration.ofMillis(1));
            }

            assertThat(meters.scrape().lines())
                    .filteredOn(line -> line.startsWith("http_server_requests_seconds_count"))
                    .hasSize(300);
        }
    }

    @Test
    void onlyTheWholeTokenShowsTheMetrics() {
        assertThat(Meters.shows(Optional.of("Bearer secret"), "secret")).isTrue();
        assertThat(Meters.shows(Optional.of("Bearer secre"), "secret")).isFalse();
        assertThat(Meters.shows(Optional.of("secret"), "secret")).isFalse();
        assertThat(Meters.shows(Optional.empty(), "secret")).isFalse();
    }
}
