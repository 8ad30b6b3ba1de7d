package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SnippetTest {

    private static final Instant NOW = Instant.ofEpochMilli(Samples.NOW);

    private static Device named(String name) {
        return Device.fresh(Samples.DEVICE, Samples.WORKSPACE, name, "esp32", null, null, NOW);
    }

    @Test
    void aSketchGetsAllButTheSecrets() {
        var snippet = SnippetApi.arduino(named("Motor"), URI.create("tcp://hub.example:1884"));

        assertThat(snippet)
                .contains("#define STREAMWIRE_HOST \"hub.example\"")
                .contains("#define STREAMWIRE_PORT 1884")
                .contains("#define STREAMWIRE_DEVICE \"" + Samples.DEVICE + "\"")
                .contains("\"sw/1/" + Samples.WORKSPACE + "/" + Samples.DEVICE + "\"")
                .contains("\"<an agent token of this device>\"")
                .doesNotContain("STREAMWIRE_TLS");
    }

    @Test
    void aBrokerWithTlsAsksForItsAuthority() {
        assertThat(SnippetApi.arduino(named("Motor"), URI.create("ssl://hub.example")))
                .contains("#define STREAMWIRE_PORT 8883")
                .contains("BEGIN CERTIFICATE");
    }

    @Test
    void aNameCannotWriteCode() {
        var snippet = SnippetApi.arduino(named("x\\ ??/ \u2028#define A"), URI.create("tcp://h:1"));

        assertThat(snippet.lines().findFirst().orElseThrow())
                .startsWith("// Streamwire")
                .doesNotContain("\\")
                .doesNotContain("?");
        assertThat(snippet.lines().filter(line -> line.contains("#define A"))).hasSize(1);
    }
}
