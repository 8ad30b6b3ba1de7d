package io.streamwire.bus;

import java.net.URI;
import java.time.Duration;

/**
 * How to use Redis.
 *
 * @param url {@code redis://[:password@]host:port} or {@code rediss://...}
 * @param partitions how many partitions each stream has, 1 to 1,024; the same for every instance
 * @param leaseTtl how long an owner that went silent keeps its partitions
 * @param commandTimeout how long an answer may take
 * @param connectWait how long to wait for Redis at start
 * @param maxStreamLength entries of one stream at which publishing is refused (back-pressure)
 * @param keepLength acknowledged entries of one stream that stay for live readers
 * @param keepBytes of memory that they may take
 */
public record BusSettings(
        URI url,
        int partitions,
        Duration leaseTtl,
        Duration commandTimeout,
        Duration connectWait,
        long maxStreamLength,
        long keepLength,
        long keepBytes) {

    public static final int DEFAULT_PARTITIONS = 8;
    private static final long DEFAULT_KEEP_BYTES = 32L << 20;

    public BusSettings {
        if (partitions < 1 || partitions > 1_024) {
            throw new IllegalArgumentException("bus.partitions must be 1 to 1024: " + partitions);
        }
        if (keepLength < 0 || keepLength >= maxStreamLength) {
            throw new IllegalArgumentException(
                    "bus.keep-length must be 0 to bus.max-length - 1: " + keepLength);
        }
    }

    /** The defaults with a URL. */
    public static BusSettings of(URI url) {
        return new BusSettings(
                url,
                DEFAULT_PARTITIONS,
                Duration.ofSeconds(10),
                Duration.ofSeconds(2),
                Duration.ofSeconds(60),
                200_000,
                20_000,
                DEFAULT_KEEP_BYTES);
    }
}
