package io.streamwire.ingest;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.service.Configuration;
import io.streamwire.service.ConfigurationException;
import io.streamwire.service.ShutdownSignal;
import java.nio.file.Path;
import java.util.Map;

/** The TikTok service as a process of its own: {@code [--config file.yaml]}. */
final class Main {

    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        if (arguments.length != 0 && !(arguments.length == 2 && arguments[0].equals("--config"))) {
            System.err.println("usage: ingest [--config file.yaml]");
            System.exit(2);
        }
        var signal = new ShutdownSignal();
        try {
            var config =
                    Configuration.load(
                            Map.of(), arguments.length == 2 ? Path.of(arguments[1]) : null);
            try (var bus = Bus.connect(Configuration.bus(config));
                    var _ = Ingest.start(config, bus)) {
                signal.await();
            }
        } catch (ConfigurationException | BusException e) {
            System.err.println("ingest: " + e.getMessage());
            System.exit(1);
        }
    }
}
