package io.streamwire.auth;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.service.Configuration;
import io.streamwire.service.ConfigurationException;
import io.streamwire.service.ShutdownSignal;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs auth alone: {@code [--config FILE]}, and the environment. */
final class Main {

    private Main() {}

    public static void main(String[] args) throws InterruptedException {
        var shutdown = new ShutdownSignal();
        try {
            var config = Configuration.load(Map.of(), file(args));
            try (var bus = Bus.connect(Configuration.bus(config));
                    var _ = Auth.start(config, bus)) {
                shutdown.await();
            }
        } catch (ConfigurationException | BusException e) {
            System.err.println("streamwire auth: " + e.getMessage());
            System.exit(1);
        }
    }

    private static @Nullable Path file(String[] args) {
        if (args.length == 0) {
            return null;
        }
        if (args.length == 2 && args[0].equals("--config")) {
            return Path.of(args[1]);
        }
        throw new ConfigurationException("usage: [--config FILE]");
    }
}
