package io.streamwire.gateway;

import io.streamwire.service.Configuration;
import io.streamwire.service.ConfigurationException;
import io.streamwire.service.ShutdownSignal;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs the gateway alone: {@code [--config FILE]}, and the environment. */
final class Main {

    private Main() {}

    public static void main(String[] args) throws InterruptedException {
        var shutdown = new ShutdownSignal();
        try (var _ = Gateway.start(Configuration.load(Map.of(), file(args)))) {
            shutdown.await();
        } catch (ConfigurationException e) {
            System.err.println("streamwire gateway: " + e.getMessage());
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
