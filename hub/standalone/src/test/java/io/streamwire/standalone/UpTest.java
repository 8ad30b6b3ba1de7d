package io.streamwire.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.service.Configuration;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code streamwire up} as a person runs it; the tests share a data directory to be fast. */
class UpTest {

    private static final Duration STOP_WITHIN = Duration.ofSeconds(20);

    @TempDir static Path temporary;

    @Test
    void answersUntilItIsAskedToEndAndThenStopsInOrder() throws Exception {
        try (HubProcess hub = HubProcess.start(data(), Map.of())) {
            URI url = hub.awaitReady();
            Wait.until(STOP_WITHIN, "ready", () -> status(url.resolve("/health/ready")) == 200);
            List<ProcessHandle> servers = servers();

            Duration stopping = hub.terminate();

            assertThat(stopping).isLessThan(STOP_WITHIN);
            assertThat(servers).hasSize(2).noneMatch(ProcessHandle::isAlive);
            assertThat(hub.errorLines())
                    .filteredOn(line -> line.contains("stopped part="))
                    .extracting(line -> line.replaceAll(".*part=(\\S+).*", "$1"))
                    .containsExactly(
                            "gateway",
                            "simulators",
                            "ingest",
                            "rules",
                            "devices",
                            "auth",
                            "broker",
                            "bus",
                            "embedded");
        }
    }

    @Test
    void comesUpByItselfAfterItWasKilled() throws Exception {
        List<ProcessHandle> orphans;
        try (HubProcess killed = HubProcess.start(data(), Map.of())) {
            killed.awaitReady();
            orphans = servers();
            killed.kill();
        }

        try (HubProcess hub = HubProcess.start(data(), Map.of())) {
            var ready = hub.awaitReady().resolve("/health/ready");

            Wait.until(STOP_WITHIN, "ready", () -> status(ready) == 200);
            assertThat(orphans).hasSize(2).noneMatch(ProcessHandle::isAlive);
        }
    }

    @Test
    void stopsWhatHasStartedWhenItIsAskedToEndMeanwhile() throws Exception {
        try (HubProcess hub = HubProcess.start(data(), Map.of())) {
            Await.until(() -> servers().size() == 2);
            List<ProcessHandle> servers = servers();

            Duration stopping = hub.terminate();

            assertThat(stopping).isLessThan(STOP_WITHIN);
            assertThat(servers).noneMatch(ProcessHandle::isAlive);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"broker.port", "gateway.port", "embedded.postgres-port"})
    void aTakenPortIsOneLine(String setting) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            String environment = Configuration.environmentName(setting);
            try (HubProcess hub = HubProcess.start(data(), Map.of(environment, port))) {
                int exit = hub.awaitExit();

                assertThat(exit).isEqualTo(1);
                assertThat(hub.errorLines().getLast())
                        .startsWith("streamwire: ")
                        .contains(port, setting);
                assertThat(hub.errorLines()).noneMatch(line -> line.startsWith("\tat "));
            }
        }
    }

    @Test
    void anUnwritableDataDirectoryIsOneLine() throws Exception {
        Path file = Files.createTempFile(temporary, "not-a-directory", "");
        try (HubProcess hub = HubProcess.start(file.resolve("data"), Map.of())) {
            int exit = hub.awaitExit();

            assertThat(exit).isEqualTo(1);
            assertThat(hub.errorLines())
                    .singleElement()
                    .asString()
                    .startsWith("streamwire: data directory " + file.resolve("data"));
        }
    }

    @Test
    void aDataDirectoryInUseIsOneLine() throws Exception {
        try (HubProcess first = HubProcess.start(data(), Map.of())) {
            first.awaitReady();
            try (HubProcess second = HubProcess.start(data(), Map.of())) {
                int exit = second.awaitExit();

                assertThat(exit).isEqualTo(1);
                assertThat(second.errorLines())
                        .singleElement()
                        .asString()
                        .contains("is in use by process");
            }
        }
    }

    @Test
    void aWrongSettingIsOneLine() throws Exception {
        try (HubProcess hub = HubProcess.start(data(), Map.of("BUS_PARTITIONS", "many"))) {
            int exit = hub.awaitExit();

            assertThat(exit).isEqualTo(1);
            assertThat(hub.errorLines().getLast())
                    .startsWith("streamwire: bus.partitions must be")
                    .contains("\"many\"");
        }
    }

    private static Path data() {
        return temporary.resolve("data");
    }

    private static int status(URI url) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(url).build(), BodyHandlers.discarding())
                    .statusCode();
        }
    }

    /** PostgreSQL and Redis, as far as their pid files name a running process. */
    private static List<ProcessHandle> servers() {
        return Stream.of("postgres/postmaster.pid", "redis/redis.pid")
                .map(data()::resolve)
                .filter(Files::exists)
                .map(UpTest::firstLine)
                .filter(line -> !line.isBlank())
                .flatMap(line -> ProcessHandle.of(Long.parseLong(line.strip())).stream())
                .toList();
    }

    private static String firstLine(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.findFirst().orElse("");
        } catch (IOException e) {
            return ""; // gone meanwhile
        }
    }
}
