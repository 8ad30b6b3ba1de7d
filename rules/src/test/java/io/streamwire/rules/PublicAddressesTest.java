package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.webclient.api.DnsAddressLookup;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicAddressesTest {

    private static final InetAddress PUBLIC = InetAddress.ofLiteral("93.184.215.14");
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private final PublicAddresses strict = new PublicAddresses(InetAddress::getAllByName, false);
    private final PublicAddresses atHome = new PublicAddresses(InetAddress::getAllByName, true);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "93.184.215.14",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.167.255.255",
                "223.255.255.255",
                "2606:4700::1111",
                "2a00:1450:4001:81b::200e",
            })
    void publicAddressesAreReached(String address) {
        assertThat(strict.allows(InetAddress.ofLiteral(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1",
                "100.64.0.1",
                "127.0.0.1",
                "127.255.255.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.192",
                "192.168.1.1",
                "198.18.0.1",
                "198.51.100.1",
                "203.0.113.1",
                "::1",
                "fc00::1",
                "fd12:3456::1",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
            })
    void privateOnesAreNotUnlessAllowed(String address) {
        assertThat(strict.allows(InetAddress.ofLiteral(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "127.0.0.1", "192.168.1.1", "::1", "fd12::1"})
    void privateOnesMayBeAllowed(String address) {
        assertThat(atHome.allows(InetAddress.ofLiteral(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "169.254.169.254",
                "::ffff:169.254.169.254",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::127.0.0.1",
                "fe80::1",
                "fec0::1",
                "ff02::1",
                "64:ff9b::7f00:1",
                "2001::1",
                "2001:db8::1",
                "2002:7f00:1::",
                "3fff::1",
            })
    void someAreNeverReached(String address) {
        assertThat(strict.allows(InetAddress.ofLiteral(address))).isFalse();
        assertThat(atHome.allows(InetAddress.ofLiteral(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "2130706433", "127.1", "[::1]", "0"})
    void howeverAnAddressIsWrittenItIsTheAddress(String host) {
        assertThatThrownBy(() -> resolve(strict, host)).isInstanceOf(PublicAddresses.Refused.class);
    }

    @Test
    void aNameWithAnyPrivateAddressIsRefused() {
        var mixed = new PublicAddresses(_ -> new InetAddress[] {PUBLIC, LOOPBACK}, false);

        assertThatThrownBy(() -> resolve(mixed, "mixed.example"))
                .isInstanceOf(PublicAddresses.Refused.class);
    }

    @Test
    void aNameWithPublicAddressesIsTheFirst() {
        var named = new PublicAddresses(_ -> new InetAddress[] {PUBLIC}, false);

        assertThat(resolve(named, "public.example")).isEqualTo(PUBLIC);
    }

    @Test
    void aNameWithoutAnAddressIsUnresolved() {
        var unknown =
                new PublicAddresses(
                        host -> {
                            throw new UnknownHostException(host);
                        },
                        false);
        var empty = new PublicAddresses(_ -> new InetAddress[0], false);

        assertThatThrownBy(() -> resolve(unknown, "none.example"))
                .isInstanceOf(PublicAddresses.Unresolved.class);
        assertThatThrownBy(() -> resolve(empty, "none.example"))
                .isInstanceOf(PublicAddresses.Unresolved.class);
    }

    private static InetAddress resolve(PublicAddresses addresses, String host) {
        return addresses.resolveAddress(host, DnsAddressLookup.defaultLookup());
    }
}
