package io.streamwire.embedded;

import java.nio.file.Path;

/**
 * How the two servers run.
 *
 * @param dataDirectory holds everything that survives a restart; made when missing
 * @param programs where the servers' programs are unpacked (70 MB); may be shared by many data
 *     directories
 * @param ports loopback ports
 * @param redisMaxMemory bytes, at least 1 MiB; beyond it Redis refuses writes instead of evicting
 * @param durable writes reach the disk before they are acknowledged (PostgreSQL) or within a second
 *     (Redis); false only for tests
 */
public record EmbeddedSettings(
        Path dataDirectory,
        Path programs,
        EmbeddedPorts ports,
        long redisMaxMemory,
        boolean durable) {

    private static final long DEFAULT_REDIS_MAX_MEMORY = 1L << 30; // 1 GiB
    private static final long LEAST_REDIS_MAX_MEMORY = 1L << 20; // 1 MiB

    public EmbeddedSettings {
        dataDirectory = dataDirectory.toAbsolutePath().normalize();
        programs = programs.toAbsolutePath().normalize();
        if (redisMaxMemory < LEAST_REDIS_MAX_MEMORY) {
            throw new IllegalArgumentException(
                    "embedded.redis-max-memory must be at least %d bytes, not %d"
                            .formatted(LEAST_REDIS_MAX_MEMORY, redisMaxMemory));
        }
    }

    /** Safe settings: everything in one directory, durable, any free ports, 1 GiB for Redis. */
    public static EmbeddedSettings in(Path dataDirectory) {
        return new EmbeddedSettings(
                dataDirectory,
                dataDirectory.resolve("programs"),
                EmbeddedPorts.ANY_FREE,
                DEFAULT_REDIS_MAX_MEMORY,
                true);
    }

    public EmbeddedSettings withPorts(EmbeddedPorts other) {
        return new EmbeddedSettings(dataDirectory, programs, other, redisMaxMemory, durable);
    }

    public EmbeddedSettings withPrograms(Path other) {
        return new EmbeddedSettings(dataDirectory, other, ports, redisMaxMemory, durable);
    }

    public EmbeddedSettings withRedisMaxMemory(long bytes) {
        return new EmbeddedSettings(dataDirectory, programs, ports, bytes, durable);
    }

    /** Fast and forgetful: a power cut loses data. For tests. */
    public EmbeddedSettings notDurable() {
        return new EmbeddedSettings(dataDirectory, programs, ports, redisMaxMemory, false);
    }
}
