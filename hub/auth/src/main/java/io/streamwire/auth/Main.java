package io.streamwire.auth;

import io.streamwire.bus.Bus;
import io.streamwire.service.Configuration;
import io.streamwire.service.Program;

/** The auth service as a process of its own. */
final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        Program.run(
                "auth",
                arguments,
                (config, shutdown) -> {
                    try (var bus = Bus.connect(Configuration.bus(config));
                            var _ = Auth.start(config, bus)) {
                        shutdown.await();
                    }
                });
    }
}
