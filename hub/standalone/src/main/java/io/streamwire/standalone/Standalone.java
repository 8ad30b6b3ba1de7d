package io.streamwire.standalone;

import io.helidon.config.Config;
import io.streamwire.bus.Bus;
import io.streamwire.bus.BusSettings;
import io.streamwire.embedded.Embedded;
import io.streamwire.embedded.EmbeddedPorts;
import io.streamwire.embedded.EmbeddedSettings;
import io.streamwire.service.Configuration;
import java.nio.file.Path;

/**
 * The whole hub in one process: PostgreSQL and Redis as its children, the broker and every service,
 * started in the order of their dependencies and stopped in reverse.
 *
 * <p>Nothing in it is a stand-in: the services run on the same bus and databases as when each has a
 * process of its own.
 */
public final class Standalone implements AutoCloseable {

    private final Parts parts;
    private final Embedded embedded;
    private final Bus bus;

    private Standalone(Parts parts, Embedded embedded, Bus bus) {
        this.parts = parts;
        this.embedded = embedded;
        this.bus = bus;
    }

    /**
     * Starts everything. When the process is asked to end meanwhile, what has started is stopped.
     *
     * @throws io.streamwire.embedded.EmbeddedException when PostgreSQL or Redis cannot run here
     * @throws io.streamwire.service.ConfigurationException when a setting is wrong or a port taken
     */
    public static Standalone start(Config config) {
        Parts parts = new Parts();
        Thread abandon = new Thread(parts::close, "abandon-start");
        Runtime.getRuntime().addShutdownHook(abandon);
        try {
            return start(config, parts);
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        } finally {
            forget(abandon);
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            throw new InterruptedStartException(); // the hook is already running
        }
    }

    private static Standalone start(Config config, Parts parts) {
        Embedded embedded = parts.open("embedded", () -> Embedded.start(embedded(config)));
        Bus bus = parts.open("bus", () -> Bus.connect(bus(config, embedded)));
        return new Standalone(parts, embedded, bus);
    }

    private static EmbeddedSettings embedded(Config config) {
        return EmbeddedSettings.in(Configuration.path(config, "data-dir"))
                .withPorts(
                        new EmbeddedPorts(
                                Configuration.port(config, "embedded.postgres-port"),
                                Configuration.port(config, "embedded.redis-port")))
                .withRedisMaxMemory(Configuration.size(config, "embedded.redis-max-memory"));
    }

    private static BusSettings bus(Config config, Embedded embedded) {
        BusSettings defaults = BusSettings.of(embedded.redisUrl());
        return new BusSettings(
                defaults.url(),
                (int) Configuration.number(config, "bus.partitions", 1, 1_024),
                defaults.leaseTtl(),
                defaults.commandTimeout(),
                defaults.connectWait(),
                defaults.maxStreamLength(),
                defaults.keepLength());
    }

    /** Where PostgreSQL, Redis and the secrets are. */
    public Path dataDirectory() {
        return embedded.dataDirectory();
    }

    /**
     * Throws when a part cannot work.
     *
     * @throws RuntimeException of the first such part
     */
    public void check() {
        embedded.check();
        bus.check();
    }

    /** Stops in reverse what {@link #start} started. */
    @Override
    public void close() {
        parts.close();
    }
}
