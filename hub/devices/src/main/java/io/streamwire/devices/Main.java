package io.streamwire.devices;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.bus.BusSettings;
import io.streamwire.service.Configuration;
import io.streamwire.service.ConfigurationException;
import io.streamwire.service.ShutdownSignal;
import java.nio.file.Path;
import java.util.Map;

/** The devices service as a process of its own: {@code [--config file.yaml]}. */
final class Main {

    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        if (arguments.length != 0 && !(arguments.length == 2 && arguments[0].equals("--config"))) {
            System.err.println("usage: devices [--config file.yaml]");
            System.exit(2);
        }
        var signal = new ShutdownSignal();
        try {
            var config =
                    Configuration.load(
                            Map.of(), arguments.length == 2 ? Path.of(arguments[1]) : null);
            var defaults = BusSettings.of(Configuration.url(config, "bus.url", "redis", "rediss"));
            var settings =
                    new BusSettings(
                            defaults.url(),
                            (int) Configuration.number(config, "bus.partitions", 1, 1_024),
                            defaults.leaseTtl(),
                            defaults.commandTimeout(),
                            defaults.connectWait(),
                            defaults.maxStreamLength(),
                            defaults.keepLength());
            try (var bus = Bus.connect(settings);
                    var _ = Devices.start(config, bus)) {
                signal.await();
            }
        } catch (ConfigurationException | BusException e) {
            System.err.println("devices: " + e.getMessage());
            System.exit(1);
        }
    }
}
