package io.streamwire.rules;

import io.streamwire.bus.Bus;
import io.streamwire.service.Configuration;
import io.streamwire.service.Program;

/** The rules service as a process of its own. */
final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        Program.run(
                "rules",
                arguments,
                (config, shutdown) -> {
                    try (var bus = Bus.connect(Configuration.bus(config));
                            var _ = Rules.start(config, bus)) {
                        shutdown.await();
                    }
                });
    }
}
