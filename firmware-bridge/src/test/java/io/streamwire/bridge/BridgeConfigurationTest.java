package io.streamwire.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BridgeConfigurationTest {

    private static final String ROOT =
            "sw/1/01980000-0000-7000-8000-000000000001/01980000-0000-7000-8000-000000000002";

    @TempDir private Path directory = Path.of("");

    @Test
    void theEnvironmentGoesBeforeTheFile() throws IOException {
        var token = Files.writeString(directory.resolve("token"), "secret\n");
        var file =
                file(
                        """
                        mqtt:
                          url: ssl://hub.local:8883
                          root: %s
                          ca: /etc/streamwire/ca.pem
                        bridge:
                          ports: /dev/ttyAMA0, /tmp/uno
                          scan: 500ms
                          status-port: 9999
                        gpio:
                          lamp: {bcm: 17, max-on-ms: 2000, active-low: true}
                          fan: {bcm: 18, pwm: true, max-duty-pct: 50, group: air}
                        firmata:
                          old: {port: /dev/ttyUSB7, buzzer: {bcm: 8}}
                        """
                                .formatted(ROOT));

        var settings =
                BridgeConfiguration.load(
                        Map.of("MQTT_PASSWORD_FILE", token.toString(), "BRIDGE_STATUS_PORT", "0"),
                        file);

        assertThat(settings.hub().token()).isEqualTo("secret");
        assertThat(settings.hub().tls()).isTrue();
        assertThat(settings.hub().device()).hasToString("01980000-0000-7000-8000-000000000002");
        assertThat(settings.hub().toString()).doesNotContain("secret");
        assertThat(settings.statusPort()).isZero();
        assertThat(settings.serial().ports()).containsExactly("/dev/ttyAMA0", "/tmp/uno");
        assertThat(settings.serial().scan()).isEqualTo(Duration.ofMillis(500));
        assertThat(settings.serial().vendors()).contains("2341", "1a86");
        assertThat(settings.pins())
                .containsExactly(
                        new BridgeSettings.Pin("fan", 18, true, false, 1_000, 500, 50, "air"),
                        new BridgeSettings.Pin("lamp", 17, false, true, 2_000, 500, 20, null));
        assertThat(settings.firmata())
                .containsExactly(
                        new BridgeSettings.Firmata(
                                "/dev/ttyUSB7",
                                List.of(
                                        new BridgeSettings.Pin(
                                                "buzzer", 8, false, false, 1_000, 500, 20, null))));
    }

    @ParameterizedTest
    @CsvSource({
        "MQTT_ROOT, sw/1/x, mqtt.root",
        "MQTT_ROOT, sw/1/x/y, mqtt.root",
        "MQTT_URL, http://hub, mqtt.url",
        "MQTT_PASSWORD, '', mqtt.password",
        "BRIDGE_STATUS_PORT, 70000, bridge.status-port",
        "BRIDGE_SCAN, soon, bridge.scan",
        "BRIDGE_DISCOVER, maybe, bridge.discover",
        "BRIDGE_BAUD, 110, bridge.baud",
        "BRIDGE_MOST_BOARDS, 65, bridge.most-boards"
    })
    void aWrongValueIsNamedInOneLine(String name, String value, String key) {
        var environment = new HashMap<>(Map.of("MQTT_ROOT", ROOT, "MQTT_PASSWORD", "secret"));
        environment.put(name, value);

        assertThatThrownBy(() -> BridgeConfiguration.load(environment, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(key)
                .message()
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource({
        "'bridge: {prots: x}', bridge.prots",
        "'gpio: {lamp: {pin: 3}}', gpio.lamp.pin",
        "'gpio: {lamp: {bcm: 99}}', lamp.bcm",
        "'gpio: {lamp: {bcm: 17, active-low: 1}}', gpio.lamp.active-low must be true or false",
        "'gpio: {lamp: {bcm: 17, active-low: \"True\"}}', gpio.lamp.active-low must be true or"
                + " false",
        "'gpio: {lamp: {bcm: 18, pwm: \"yes\"}}', gpio.lamp.pwm must be true or false",
        "'gpio: {fan: {bcm: 17}, lamp: {bcm: 17}}', lamp.bcm cannot be 17: fan.bcm is that",
        "'gpio: {fan: {bcm: 12, pwm: true}, lamp: {bcm: 18, pwm: true}}', lamp.bcm cannot be 18",
        "'gpio: {fan: {bcm: 19, pwm: true}, lamp: {bcm: 13, pwm: true}}', lamp.bcm cannot be 13",
        "'firmata: {old: {port: /dev/a, x: {bcm: 8}, y: {bcm: 8}}}', y.bcm cannot be 8: x.bcm is"
                + " that",
        "'firmata: {old: {port: /dev/a}, new: {port: /dev/a}}', /dev/a",
        "'{bridge: {ports: /dev/a}, firmata: {old: {port: /dev/a}}}', /dev/a",
        "'firmata: {old: {x: {bcm: 8}}}', port",
        "'a: [', is not YAML"
    })
    void aWrongFileIsNamedInOneLine(String yaml, String what) throws IOException {
        var file = file(yaml);

        assertThatThrownBy(() ->
                        BridgeConfiguration.load(
                                Map.of("MQTT_ROOT", ROOT, "MQTT_PASSWORD", "secret"), file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(what);
    }

    @Test
    void aPinWithoutALevelMayBeBesideOneThatHasOne() throws IOException {
        var file =
                file(
                        """
                        gpio:
                          fan: {bcm: 12, pwm: true}
                          lamp: {bcm: 18, pwm: false, active-low: false}
                        firmata:
                          one: {port: /dev/a, fan: {bcm: 12}}
                          two: {port: /dev/b, fan: {bcm: 12}}
                        """);

        var settings =
                BridgeConfiguration.load(
                        Map.of("MQTT_ROOT", ROOT, "MQTT_PASSWORD", "secret"), file);

        assertThat(settings.pins())
                .extracting(BridgeSettings.Pin::pwm)
                .containsExactly(true, false);
        assertThat(settings.firmata()).hasSize(2);
    }

    private Path file(String yaml) throws IOException {
        return Files.writeString(directory.resolve("bridge.yaml"), yaml);
    }
}
