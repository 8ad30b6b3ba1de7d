package io.streamwire.devices;

import io.streamwire.bus.Bus;
import io.streamwire.service.Configuration;
import io.streamwire.service.Program;

/** The devices service as a process of its own. */
final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        Program.run(
                "devices",
                arguments,
                (config, shutdown) -> {
                    try (var bus = Bus.connect(Configuration.bus(config));
                            var _ = Devices.start(config, bus)) {
                        shutdown.await();
                    }
                });
    }
}
