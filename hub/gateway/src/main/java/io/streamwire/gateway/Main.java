package io.streamwire.gateway;

import io.streamwire.bus.Bus;
import io.streamwire.service.Configuration;
import io.streamwire.service.Program;

/** The gateway as a process of its own. */
final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        Program.run(
                "gateway",
                arguments,
                (config, shutdown) -> {
                    try (var bus = Bus.connect(Configuration.bus(config));
                            var _ = Gateway.start(config, bus)) {
                        shutdown.await();
                    }
                });
    }
}
