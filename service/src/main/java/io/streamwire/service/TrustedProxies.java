package io.streamwire.service;

import io.helidon.config.Config;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;

/**
 * The reverse proxies in front whose {@code X-Forwarded-*} headers are believed. Nobody else's are.
 */
public final class TrustedProxies {

    private final List<Network> trusted;

    private TrustedProxies(List<Network> trusted) {
        this.trusted = trusted;
    }

    /**
     * Reads comma-separated addresses or networks like {@code 10.0.0.0/8}; none when not set.
     *
     * @throws ConfigurationException when one is neither
     */
    public static TrustedProxies of(Config config, String key) {
        var networks = Configuration.optional(config, key).orElse("");
        return new TrustedProxies(
                Arrays.stream(networks.split(",", -1))
                        .map(String::strip)
                        .filter(network -> !network.isEmpty())
                        .map(network -> Network.parse(key, network))
                        .toList());
    }

    /** Whether an address is one of them. */
    public boolean contain(InetAddress peer) {
        return trusted.stream().anyMatch(network -> network.contains(peer));
    }

    /** Who is behind a request. */
    public InetAddress client(ServerRequest request) {
        var peer = ((InetSocketAddress) request.remotePeer().address()).getAddress();
        var chain = request.headers().values(HeaderNames.X_FORWARDED_FOR);
        return client(peer, String.join(",", chain));
    }

    /**
     * Who is behind a connection: the last address of the chain that is not a trusted proxy's own.
     *
     * @param forwardedFor the {@code X-Forwarded-For} header, empty for none
     */
    public InetAddress client(InetAddress peer, String forwardedFor) {
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

        static Network parse(String key, String text) {
            try {
                int slash = text.indexOf('/');
                var address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
                int bits =
                        slash < 0 ? length(address) : Integer.parseInt(text.substring(slash + 1));
                if (bits >= 0 && bits <= length(address)) {
                    return new Network(address, bits);
                }
            } catch (IllegalArgumentException e) {
                throw wrong(key, text);
            }
            throw wrong(key, text);
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

        private static ConfigurationException wrong(String key, String text) {
            return new ConfigurationException(
                    "%s must be addresses or networks like 10.0.0.0/8, has \"%s\" (environment %s)"
                            .formatted(key, text, Configuration.environmentName(key)));
        }
    }
}
