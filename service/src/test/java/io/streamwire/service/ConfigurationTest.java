package io.streamwire.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.config.Config;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {

    private enum Colour {
        DARK_RED,
        BLUE
    }

    @TempDir Path directory;

    @Test
    void everythingHasItsDefault() {
        var config = Configuration.load(Map.of(), Map.of(), null);

        assertThat(Configuration.port(config, "auth.port")).isEqualTo(8001);
        assertThat(Configuration.url(config, "ingest.tiktok.socket-url", "wss"))
                .isEqualTo(URI.create("wss://webcast-ws.tiktok.com"));
        assertThat(Configuration.optional(config, "database.password")).isEmpty();
        assertThat(Configuration.path(config, "data-dir"))
                .isEqualTo(Path.of(System.getProperty("user.home"), ".streamwire"));
    }

    @Test
    void overridesComeBeforeTheEnvironmentBeforeTheFile() throws IOException {
        var file = Files.writeString(directory.resolve("a.yaml"), "auth: {port: 1, bind: \"::1\"}");
        var environment = Map.of("AUTH_PORT", "2", "AUTH_REGISTRATION", "closed");

        var config = Configuration.load(Map.of("auth.port", "3"), environment, file);

        assertThat(Configuration.port(config, "auth.port")).isEqualTo(3);
        assertThat(Configuration.text(config, "auth.registration")).isEqualTo("closed");
        assertThat(Configuration.text(config, "auth.bind")).isEqualTo("::1");
    }

    @Test
    void aSecretComesFromAFile() throws IOException {
        var file = Files.writeString(directory.resolve("secret"), "pa$${s}word \n");

        var config =
                Configuration.load(
                        Map.of(), Map.of("DATABASE_PASSWORD_FILE", file.toString()), null);

        assertThat(config.get("database.password").asString().get()).isEqualTo("pa$${s}word ");
    }

    @Test
    void aSecretThatIsGivenTwiceIsRefused() {
        assertThatThrownBy(() ->
                        Configuration.load(
                                Map.of(), Map.of("BUS_URL", "x", "BUS_URL_FILE", "/y"), null))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("BUS_URL and BUS_URL_FILE are both set");
    }

    @Test
    void someSettingsAreReplaced() {
        var base = Configuration.load(Map.of("auth.port", "1"), Map.of(), null);

        var config = Configuration.with(base, Map.of("rules.port", "2"));

        assertThat(Configuration.port(config, "auth.port")).isEqualTo(1);
        assertThat(Configuration.port(config, "rules.port")).isEqualTo(2);
    }

    @Test
    void anUnknownKeyIsNamed() throws IOException {
        var file = Files.writeString(directory.resolve("a.yaml"), "auth: {prot: 1}");

        assertThatThrownBy(() -> Configuration.load(Map.of(), Map.of(), file))
                .hasMessage("auth.prot is not a setting (in " + file + ")");
        assertThatThrownBy(() -> Configuration.load(Map.of("port", "1"), Map.of(), null))
                .hasMessage("port is not a setting (in the overrides)");
    }

    @Test
    void aFileThatIsNoYamlIsNamed() throws IOException {
        var file = Files.writeString(directory.resolve("a.yaml"), "auth: {port");

        assertThatThrownBy(() -> Configuration.load(Map.of(), Map.of(), file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(file + " is not YAML")
                .hasMessageNotContaining("\n");
    }

    @Test
    void wrongValuesAreNamedInOneLine() {
        assertThatThrownBy(() -> Configuration.port(set("auth.port", "70000"), "auth.port"))
                .hasMessage(
                        "auth.port must be a whole number from 0 to 65535, is \"70000\""
                                + " (environment AUTH_PORT)");
        assertThatThrownBy(() -> Configuration.port(set("auth.port", "web"), "auth.port"))
                .hasMessageContaining("is \"web\"");
        assertThatThrownBy(() ->
                        Configuration.duration(
                                set("http.idle-timeout", "2 minutes"), "http.idle-timeout"))
                .hasMessageContaining("http.idle-timeout must be a duration like")
                .hasMessageContaining("2 minutes");
        assertThatThrownBy(() ->
                        Configuration.url(
                                set("bus.url", "redis//:secret@host"), "bus.url", "redis"))
                .hasMessageContaining("bus.url must be a URL that begins with redis://")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() ->
                        Configuration.choice(
                                set("auth.registration", "maybe"),
                                "auth.registration",
                                Colour.class))
                .hasMessageContaining("must be one of blue, dark-red, is \"maybe\"");
        assertThatThrownBy(() ->
                        Configuration.secret(set("service.secret", "short"), "service.secret", 32))
                .hasMessageContaining("at least 32 characters, has 5")
                .hasMessageNotContaining("short");
        assertThatThrownBy(() -> Configuration.text(set("auth.port", "1"), "database.url"))
                .hasMessage("database.url is not set (environment DATABASE_URL)");
    }

    @Test
    void durationsAndSizesHaveUnits() {
        var config = set("http.idle-timeout", "250ms");

        assertThat(Configuration.duration(config, "http.idle-timeout"))
                .isEqualTo(Duration.ofMillis(250));
        assertThat(Configuration.duration(config, "auth.refresh-token-life"))
                .isEqualTo(Duration.ofDays(30));
        assertThat(Configuration.size(config, "http.max-body")).isEqualTo(65_536);
        assertThat(Configuration.urls(config, "gateway.auth-url", "http")).hasSize(1);
    }

    @Test
    void streamsAreAsLongAsSaid() {
        var longer = Map.of("bus.url", "redis://127.0.0.1", "bus.max-length", "360000");
        var shorter = Map.of("bus.url", "redis://127.0.0.1", "bus.max-length", "20000");

        assertThat(Configuration.bus(Configuration.load(longer, Map.of(), null)).maxStreamLength())
                .isEqualTo(360_000);
        assertThatThrownBy(() -> Configuration.bus(Configuration.load(shorter, Map.of(), null)))
                .hasMessageContaining("bus.keep-length");
    }

    @Test
    void theReadmeListsEveryKeyWithItsDefault() throws IOException {
        var readme = Files.readString(Path.of("README.md"));

        var rows =
                Configuration.defaultValues().entrySet().stream()
                        .map(setting ->
                                "| %s | %s | %s |"
                                        .formatted(
                                                setting.getKey(),
                                                Configuration.environmentName(setting.getKey()),
                                                setting.getValue()));

        assertThat(rows.filter(row -> !readme.contains(row))).as("missing in README.md").isEmpty();
    }

    private static Config set(String key, String value) {
        return Configuration.load(Map.of(key, value), Map.of(), null);
    }
}
