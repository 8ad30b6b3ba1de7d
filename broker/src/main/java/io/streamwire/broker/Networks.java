package io.streamwire.broker;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Addresses and networks like {@code 10.0.0.0/8}. */
final class Networks {

    private final List<Network> networks;

    private Networks(List<Network> networks) {
        this.networks = networks;
    }

    /**
     * Reads each of them.
     *
     * @throws IllegalArgumentException when one is neither an address nor a network
     */
    static Networks of(List<String> texts) {
        return new Networks(texts.stream().map(Network::parse).toList());
    }

    boolean contain(InetAddress address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }

    private record Network(BigInteger prefix, int bits, int length) {

        static Network parse(String text) {
            try {
                var slash = text.indexOf('/');
                var address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
                var length = length(address);
                var bits = slash < 0 ? length : Integer.parseInt(text.substring(slash + 1));
                if (bits >= 0 && bits <= length) {
                    return new Network(prefix(address, bits), bits, length);
                }
            } catch (IllegalArgumentException e) {
                throw wrong(text, e);
            }
            throw wrong(text, null);
        }

        boolean contains(InetAddress address) {
            return length(address) == length && prefix(address, bits).equals(prefix);
        }

        private static BigInteger prefix(InetAddress address, int bits) {
            return new BigInteger(1, address.getAddress()).shiftRight(length(address) - bits);
        }

        private static int length(InetAddress address) {
            return address.getAddress().length * Byte.SIZE;
        }

        private static IllegalArgumentException wrong(String text, @Nullable Throwable cause) {
            return new IllegalArgumentException(
                    "must be addresses or networks like 10.0.0.0/8: " + text, cause);
        }
    }
}
