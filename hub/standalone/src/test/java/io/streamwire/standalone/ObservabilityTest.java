package io.streamwire.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Prometheus and Grafana take what we ship for them, and ask for what there is. */
class ObservabilityTest {

    private static final Path COMPOSE = ComposeFiles.DIRECTORY;
    private static final Path METRICS = Path.of("../../docs/metrics.md");

    /** A name in an expression that is neither a label, nor a function, nor a keyword. */
    private static final Pattern METRIC =
            Pattern.compile("\\b((?:streamwire|http|jvm|process|hikaricp)_[a-z0-9_]+)\\b");

    private static final Pattern SERIES = Pattern.compile("_(?:bucket|sum|count)$");

    @TempDir private Path directory;

    @Test
    void prometheusTakesItsConfigurationAndRules() throws Exception {
        var token = Files.writeString(directory.resolve("token"), "t");
        var configuration =
                Files.readString(COMPOSE.resolve("prometheus/prometheus.yml"))
                        .replace("/run/secrets/metrics_token", token.toString());
        var file = Files.writeString(directory.resolve("prometheus.yml"), configuration);
        Files.copy(COMPOSE.resolve("prometheus/alerts.yml"), directory.resolve("alerts.yml"));

        var said = run("promtool", "check", "config", file.toString());

        assertThat(said).containsPattern("SUCCESS: 1 rule files found");
        assertThat(said).containsPattern("SUCCESS: \\d{2} rules found");
        assertThat(ComposeFiles.OURS)
                .allSatisfy(
                        service -> assertThat(configuration).contains("names: [" + service + "]"));
    }

    @Test
    void alertsFireWhenTheyShould() throws Exception {
        var file = COMPOSE.resolve("prometheus/alerts_test.yml");

        var said = run("promtool", "test", "rules", file.toString());

        assertThat(said).contains("SUCCESS");
    }

    @Test
    void servicesExposeWhatDashboardsAndAlertsAskFor() throws Exception {
        var told = new TreeSet<String>();
        METRIC.matcher(Files.readString(METRICS))
                .results()
                .forEach(match -> told.add(base(match.group(1))));

        var asked = asked();

        assertThat(asked).hasSizeGreaterThan(20);
        assertThat(told).containsAll(asked);
    }

    /** Every metric that a panel or an alert needs. */
    static Set<String> asked() throws IOException {
        var expressions = new ArrayList<String>();
        for (var name : List.of("streamer", "operator")) {
            dashboard(name).findValuesAsText("expr").forEach(expressions::add);
        }
        expressions.add(Files.readString(COMPOSE.resolve("prometheus/alerts.yml")));
        var asked = new TreeSet<String>();
        for (var expression : expressions) {
            METRIC.matcher(expression).results().forEach(match -> asked.add(base(match.group(1))));
        }
        return asked;
    }

    private static String base(String series) {
        return SERIES.matcher(series).replaceFirst("");
    }

    @ParameterizedTest
    @ValueSource(strings = {"streamer", "operator"})
    void dashboardsFindTheirDataAnywhere(String name) throws IOException {
        var dashboard = dashboard(name);

        assertThat(dashboard.path("uid").asText()).isEqualTo("streamwire-" + name);
        assertThat(dashboard.path("title").asText()).isNotEmpty();
        assertThat(dashboard.path("templating").path("list").get(0).path("type").asText())
                .isEqualTo("datasource");
        assertThat(dashboard.path("panels").size()).isGreaterThan(8);
        for (var panel : dashboard.path("panels")) {
            assertThat(panel.path("title").asText()).isNotEmpty();
            assertThat(panel.path("datasource").path("uid").asText()).isEqualTo("${datasource}");
            assertThat(panel.path("targets")).isNotEmpty();
        }
    }

    private static JsonNode dashboard(String name) throws IOException {
        var file = COMPOSE.resolve("grafana/dashboards/" + name + ".json");
        return Json.read(Files.readString(file), JsonNode.class);
    }

    @Test
    void grafanaLooksWhereTheDashboardsAre() throws IOException {
        var observability = ComposeFiles.text("compose.observability.yaml");
        var provider = COMPOSE.resolve("grafana/provisioning/dashboards/streamwire.yaml");

        assertThat(ComposeFiles.parsed(provider)).containsKey("providers");
        assertThat(Files.readString(provider)).contains("path: /var/lib/streamwire/dashboards");
        assertThat(observability)
                .contains("./grafana/dashboards:/var/lib/streamwire/dashboards:ro");
        assertThat(
                        ComposeFiles.parsed(
                                COMPOSE.resolve(
                                        "grafana/provisioning/datasources/prometheus.yaml")))
                .containsKey("datasources");
    }

    private static String run(String... command) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", command[0], said).isZero();
        return said;
    }
}
