package io.streamwire.rules;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusSettings;
import io.streamwire.embedded.Embedded;
import java.time.Duration;

/** The PostgreSQL and the Redis of this module's tests; every test has workspaces of its own. */
final class Servers {

    static final Embedded EMBEDDED = Embedded.startTemporary();

    private Servers() {}

    /** With leases that do not lapse by themselves: no test waits for that. */
    static Bus bus() {
        return Bus.connect(
                new BusSettings(
                        EMBEDDED.redisUrl(),
                        BusSettings.DEFAULT_PARTITIONS,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(10),
                        20_000,
                        10_000,
                        32 << 20));
    }
}
