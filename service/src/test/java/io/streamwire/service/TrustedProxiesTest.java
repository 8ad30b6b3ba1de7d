package io.streamwire.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrustedProxiesTest {

    @ParameterizedTest
    @CsvSource({
        "203.0.113.1, '', 203.0.113.1",
        "203.0.113.1, 198.51.100.1, 203.0.113.1",
        "127.0.0.1, '', 127.0.0.1",
        "127.0.0.1, 198.51.100.1, 198.51.100.1",
        "127.0.0.1, '6.6.6.6, 198.51.100.1', 198.51.100.1",
        "127.0.0.1, '198.51.100.1, 10.1.2.3', 198.51.100.1",
        "127.0.0.1, 'nonsense, 10.1.2.3', 10.1.2.3",
        "127.0.0.1, 2001:db8::1, 2001:db8:0:0:0:0:0:1"
    })
    void theClientIsTheLastAddressThatIsNoProxy(String peer, String chain, String client) {
        var proxies = proxies("127.0.0.1, 10.0.0.0/8");

        assertThat(proxies.client(InetAddress.ofLiteral(peer), chain).getHostAddress())
                .isEqualTo(client);
    }

    @Test
    void whatIsNoNetworkIsNamed() {
        assertThatThrownBy(() -> proxies("10.0.0.0/99"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("auth.trusted-proxies")
                .hasMessageContaining("10.0.0.0/99");
    }

    private static TrustedProxies proxies(String networks) {
        return TrustedProxies.of(
                Configuration.load(Map.of("auth.trusted-proxies", networks), Map.of(), null),
                "auth.trusted-proxies");
    }
}
