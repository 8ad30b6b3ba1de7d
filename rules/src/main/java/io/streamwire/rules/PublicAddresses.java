package io.streamwire.rules;

import io.helidon.webclient.api.DnsAddressLookup;
import io.helidon.webclient.spi.DnsResolver;
import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds the address that a webhook goes to, and refuses what is not on the public Internet: a rule
 * must not reach into the network that the hub stands in. The client connects to the very address
 * that was checked here, so that a name cannot mean another one a moment later.
 */
final class PublicAddresses implements DnsResolver {

    /** Never: this host, link-local with the metadata of clouds, multicast, reserved. */
    private static final List<Network> FORBIDDEN =
            networks("0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4");

    /** Not without {@code rules.webhooks.allow-private}. */
    private static final List<Network> PRIVATE =
            networks(
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.88.99.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24");

    /** All that is public in IPv6 ... */
    private static final Network GLOBAL = Network.of("2000::/3");

    /** ... but protocols' own, documentation, and 6to4, which has an IPv4 address in it. */
    private static final List<Network> NOT_GLOBAL =
            networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

    /** What may be allowed: this host and unique local addresses. */
    private static final List<Network> LOCAL = networks("::1/128", "fc00::/7");

    private final Lookup lookup;
    private final boolean allowPrivate;

    /** Asks for the addresses of a name. */
    interface Lookup {
        InetAddress[] of(String host) throws UnknownHostException;
    }

    /**
     * @param allowPrivate whether this host and private networks may be reached
     */
    PublicAddresses(Lookup lookup, boolean allowPrivate) {
        this.lookup = lookup;
        this.allowPrivate = allowPrivate;
    }

    /**
     * The address to connect to.
     *
     * @throws Refused when one of the name's addresses may not be reached
     * @throws Unresolved when it has none
     */
    @Override
    public InetAddress resolveAddress(String host, DnsAddressLookup preference) {
        InetAddress[] addresses;
        try {
            addresses = lookup.of(host);
        } catch (UnknownHostException e) {
            throw new Unresolved();
        }
        if (addresses.length == 0) {
            throw new Unresolved();
        }
        for (var address : addresses) {
            if (!allows(address)) {
                throw new Refused();
            }
        }
        return addresses[0];
    }

    /** Whether a webhook may go there. */
    boolean allows(InetAddress address) {
        if (address instanceof Inet6Address) {
            var global = GLOBAL.has(address) && !anyHas(NOT_GLOBAL, address);
            return global || (allowPrivate && anyHas(LOCAL, address));
        }
        return !anyHas(FORBIDDEN, address) && (allowPrivate || !anyHas(PRIVATE, address));
    }

    private static boolean anyHas(List<Network> networks, InetAddress address) {
        return networks.stream().anyMatch(network -> network.has(address));
    }

    private static List<Network> networks(String... texts) {
        return Stream.of(texts).map(Network::of).toList();
    }

    /** Addresses that begin with the same bits. */
    private record Network(int length, int bits, BigInteger prefix) {

        static Network of(String text) {
            var parts = text.split("/", 2);
            var address = InetAddress.ofLiteral(parts[0]).getAddress();
            int bits = Integer.parseInt(parts[1]);
            return new Network(address.length, bits, prefix(address, bits));
        }

        boolean has(InetAddress other) {
            var address = other.getAddress();
            return address.length == length && prefix(address, bits).equals(prefix);
        }

        private static BigInteger prefix(byte[] address, int bits) {
            return new BigInteger(1, address).shiftRight(address.length * Byte.SIZE - bits);
        }
    }

    /** An address that must not be reached. */
    static final class Refused extends RuntimeException {}

    /** A name without an address. */
    static final class Unresolved extends RuntimeException {}
}
