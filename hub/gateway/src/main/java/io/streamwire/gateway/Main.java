package io.streamwire.gateway;

import io.streamwire.service.Program;

/** The gateway as a process of its own. */
final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        Program.run(
                "gateway",
                arguments,
                (config, shutdown) -> {
                    try (var _ = Gateway.start(config)) {
                        shutdown.await();
                    }
                });
    }
}
