package io.streamwire.broker;

import io.streamwire.broker.BrokerSettings.Limits;
import io.streamwire.broker.Denials.Reason;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * What each network address has taken of the broker: open connections, new ones and failed logins.
 * Of IPv6 the first 64 bits count as one address, for whoever has one of those has them all.
 * Trusted addresses, of this machine and of the hub, connect without limit. Thread-safe.
 */
final class Addresses {

    private static final int NETWORK_BYTES = 8;

    private final Limits limits;
    private final Networks trusted;
    private final LongSupplier nanoTime;
    private final TokenBuckets<InetAddress> connects;
    private final TokenBuckets<InetAddress> failedLogins;
    private final TokenBuckets<InetAddress> failedHubLogins;
    private final Map<InetAddress, Integer> open = new ConcurrentHashMap<>();
    private final AtomicInteger openOfAll = new AtomicInteger();

    Addresses(Limits limits, LongSupplier nanoTime) {
        this.limits = limits;
        this.trusted = Networks.of(limits.address().trusted());
        this.nanoTime = nanoTime;
        this.connects = new TokenBuckets<>(limits.address().connectsPerSecond());
        this.failedLogins = new TokenBuckets<>(limits.address().failedLoginsPerSecond());
        this.failedHubLogins = new TokenBuckets<>(limits.address().failedLoginsPerSecond());
    }

    /** Counts a new connection, unless there is a reason to refuse it. */
    Optional<Reason> opened(InetAddress peer) {
        if (trusted.contain(peer)) {
            return Optional.empty();
        }
        var address = address(peer);
        if (!connects.tryTake(address, nanoTime.getAsLong())) {
            return Optional.of(Reason.TOO_MANY_CONNECTS);
        }
        if (openOfAll.incrementAndGet() > limits.connections()) {
            var _ = openOfAll.decrementAndGet();
            return Optional.of(Reason.TOO_MANY_CONNECTIONS);
        }
        if (open.merge(address, 1, Integer::sum) > limits.address().connections()) {
            closed(peer);
            return Optional.of(Reason.TOO_MANY_CONNECTIONS);
        }
        return Optional.empty();
    }

    /** A connection that was counted has ended. */
    void closed(InetAddress peer) {
        if (trusted.contain(peer)) {
            return;
        }
        var _ = openOfAll.decrementAndGet();
        var _ = open.computeIfPresent(address(peer), (_, count) -> count == 1 ? null : count - 1);
    }

    /** Whether so few logins failed that another one may be looked at. */
    boolean mayLogIn(InetAddress peer) {
        return failedLogins.has(address(peer), nanoTime.getAsLong());
    }

    void loginFailed(InetAddress peer) {
        var _ = failedLogins.tryTake(address(peer), nanoTime.getAsLong());
    }

    /**
     * Whether so few guessed the hub's password that another one may be looked at. Counted apart
     * from devices, and not of trusted addresses: nobody else can keep out a hub that is one.
     */
    boolean mayLogInAsHub(InetAddress peer) {
        return trusted.contain(peer) || failedHubLogins.has(address(peer), nanoTime.getAsLong());
    }

    void hubLoginFailed(InetAddress peer) {
        var _ = failedHubLogins.tryTake(address(peer), nanoTime.getAsLong());
    }

    private static InetAddress address(InetAddress peer) {
        if (!(peer instanceof Inet6Address)) {
            return peer;
        }
        var network = peer.getAddress();
        Arrays.fill(network, NETWORK_BYTES, network.length, (byte) 0);
        try {
            return InetAddress.getByAddress(network);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an IPv6 address has 16 bytes", e);
        }
    }
}
