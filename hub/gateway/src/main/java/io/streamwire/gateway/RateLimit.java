package io.streamwire.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.streamwire.service.Problem;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;

/**
 * How often one client may call: a bucket for each user, and for each address as long as nobody has
 * signed in. It counts for this instance of the gateway alone.
 */
final class RateLimit {

    /** Most clients remembered; the longest unseen are forgotten first. */
    private static final int MOST_CLIENTS = 100_000;

    private final long perSecond;
    private final long burst;
    private final Cache<String, Bucket> buckets;

    /**
     * @param perSecond requests per second in the long run, 1 or more
     * @param burst requests at once after a pause, 1 or more
     */
    RateLimit(long perSecond, long burst) {
        this.perSecond = perSecond;
        this.burst = burst;
        this.buckets =
                Caffeine.newBuilder()
                        .maximumSize(MOST_CLIENTS)
                        .expireAfterAccess(Duration.ofSeconds(secondsToFill(0)).plusMinutes(1))
                        .build();
    }

    /**
     * What is left to a client after one more request.
     *
     * @param remaining requests that it may still make at once
     * @param reset seconds until its bucket is full again
     */
    record Allowance(long remaining, long reset) {}

    static String user(UUID id) {
        return "user " + id;
    }

    /** An IPv6 client owns its whole /64. */
    static String address(InetAddress address) {
        var bytes = address.getAddress();
        if (address instanceof Inet6Address) {
            bytes = Arrays.copyOf(bytes, bytes.length / 2);
        }
        return "address " + HexFormat.of().formatHex(bytes);
    }

    /**
     * Looks whether a client has room for one more, without counting it.
     *
     * @throws Problem 429 {@code rate_limited}
     */
    void requireRoom(String client) {
        var bucket = buckets.getIfPresent(client);
        if (bucket != null && bucket.getAvailableTokens() < 1) {
            take(client);
        }
    }

    /**
     * Counts one request.
     *
     * @throws Problem 429 {@code rate_limited}
     */
    Allowance take(String client) {
        var bucket = buckets.get(client, _ -> bucket());
        var probe = bucket.tryConsumeAndReturnRemaining(1);
        var remaining = probe.getRemainingTokens();
        var allowance = new Allowance(remaining, secondsToFill(remaining));
        if (probe.isConsumed()) {
            return allowance;
        }
        throw Problem.tooManyRequests(
                        "rate_limited",
                        "At most %d requests per second and %d at once from one client of the API."
                                .formatted(perSecond, burst),
                        Duration.ofNanos(probe.getNanosToWaitForRefill()))
                .header("RateLimit-Policy", policy())
                .header("RateLimit", state(allowance));
    }

    /** The {@code RateLimit-Policy} header: requests and the seconds in which they come back. */
    String policy() {
        return "\"api\";q=%d;w=%d".formatted(burst, secondsToFill(0));
    }

    /** The {@code RateLimit} header. */
    String state(Allowance allowance) {
        return "\"api\";r=%d;t=%d".formatted(allowance.remaining(), allowance.reset());
    }

    private long secondsToFill(long remaining) {
        return Math.ceilDiv(burst - remaining, perSecond);
    }

    private Bucket bucket() {
        return Bucket.builder()
                .addLimit(limit ->
                        limit.capacity(burst).refillGreedy(perSecond, Duration.ofSeconds(1)))
                .build();
    }
}
