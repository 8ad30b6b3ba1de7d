package io.streamwire.gateway;

import io.streamwire.service.ConfigurationException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/**
 * The reverse proxies in front whose {@code X-Forwarded-*} headers are believed. Nobody else's are.
 */
final class TrustedProxies {

    private final List<Network> trusted;

    private TrustedProxies(List<Network> trusted) {
        this.trusted = trusted;
    }

    /**
     * @param networks comma-separated addresses or networks like {@code 10.0.0.0/8}; empty for none
     * @throws ConfigurationException when one is neither
     */
    static TrustedProxies of(String networks) {
        return new TrustedProxies(
                Arrays.stream(networks.split(",", -1))
                        .map(String::strip)
                        .filter(network -> !network.isEmpty())
                        .map(Network::parse)
                        .toList());
    }

    boolean contain(InetAddress peer) {
        return trusted.stream().anyMatch(network -> network.contains(peer));
    }

    /**
     * Who is behind a connection: the last address of the chain that is not a trusted proxy's own.
     *
     * @param forwardedFor the {@code X-Forwarded-For} header, empty for none
     */
    InetAddress client(InetAddress peer, String forwardedFor) {
        var client = peer;
        var chain = forwardedFor.split(",", -1);
        for (int i = chain.length - 1; i >= 0 && contain(client); i--) {
            try {
                client = InetAddress.ofLiteral(chain[i].strip());
            } catch (IllegalArgumentException e) {
                return client; // whatever stands left of it was not written by a trusted proxy
            }
        }
        return client;
    }

    private record Network(InetAddress address, int bits) {

        static Network parse(String text) {
            try {
                int slash = text.indexOf('/');
                var address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
                int bits =
                        slash < 0 ? length(address) : Integer.parseInt(text.substring(slash + 1));
                if (bits >= 0 && bits <= length(address)) {
                    return new Network(address, bits);
                }
            } catch (IllegalArgumentException e) {
                throw wrong(text);
            }
            throw wrong(text);
        }

        boolean contains(InetAddress other) {
            return length(other) == length(address) && prefix(other).equals(prefix(address));
        }

        private BigInteger prefix(InetAddress of) {
            return new BigInteger(1, of.getAddress()).shiftRight(length(of) - bits);
        }

        /** In bits. */
        private static int length(InetAddress address) {
            return address.getAddress().length * Byte.SIZE;
        }

        private static ConfigurationException wrong(String text) {
            return new ConfigurationException(
                    "gateway.trusted-proxies must be addresses or networks like 10.0.0.0/8, has \""
                            + text
                            + "\"");
        }
    }
}
