package io.streamwire.ingest;

import io.streamwire.bus.Bus;
import io.streamwire.service.Configuration;
import io.streamwire.service.Program;

/** The TikTok service as a process of its own. */
final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        Program.run(
                "ingest",
                arguments,
                (config, shutdown) -> {
                    try (var bus = Bus.connect(Configuration.bus(config));
                            var _ = Ingest.start(config, bus)) {
                        shutdown.await();
                    }
                });
    }
}
