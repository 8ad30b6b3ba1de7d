package io.streamwire.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedProxiesTest {

    private static final TrustedProxies TRUSTED = proxies("10.1.0.0/16, 192.0.2.7, fd00::/8");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "203.0.113.5 | 198.51.100.1             | 203.0.113.5",
                "10.1.2.3    | 198.51.100.1             | 198.51.100.1",
                "10.1.2.3    | 1.1.1.1, 198.51.100.1    | 198.51.100.1",
                "10.1.2.3    | 198.51.100.1, 192.0.2.7  | 198.51.100.1",
                "10.1.2.3    | ''                       | 10.1.2.3",
                "10.1.2.3    | unknown                  | 10.1.2.3",
                "10.1.2.3    | 198.51.100.1, example.org| 10.1.2.3",
                "10.1.2.3    | 10.1.2.4                 | 10.1.2.4",
                "10.2.0.1    | 198.51.100.1             | 10.2.0.1",
                "fd12::1     | 2001:db8::9              | 2001:db8:0:0:0:0:0:9"
            })
    void theClientIsTheLastOneThatIsNoTrustedProxy(String peer, String chain, String client) {
        assertThat(TRUSTED.client(InetAddress.ofLiteral(peer), chain).getHostAddress())
                .isEqualTo(client);
    }

    @Test
    void nobodyIsTrustedUnlessNamed() {
        assertThat(proxies("").contain(InetAddress.getLoopbackAddress())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"proxy.example", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x"})
    void whatIsNoNetworkIsRefused(String text) {
        assertThatThrownBy(() -> proxies(text))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("gateway.trusted-proxies")
                .hasMessageContaining(text);
    }

    private static TrustedProxies proxies(String networks) {
        var config =
                Configuration.load(Map.of("gateway.trusted-proxies", networks), Map.of(), null);
        return TrustedProxies.of(config, "gateway.trusted-proxies");
    }
}
