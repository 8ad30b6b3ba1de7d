package io.streamwire.service;

import io.helidon.config.Config;
import io.streamwire.bus.BusException;
import io.streamwire.contract.Instances;
import io.streamwire.telemetry.Logging;
import java.nio.file.Path;
import java.util.Map;

/** A service as a process of its own: {@code [--config FILE]}, and the environment. */
public final class Program {

    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;

    private Program() {}

    /** What the process does until it is asked to end. */
    public interface Body {
        void run(Config config, ShutdownSignal shutdown) throws InterruptedException;
    }

    /** Runs it and ends the process: with 143 on SIGTERM, with 1 on a failure told in one line. */
    public static void run(String name, String[] arguments, Body body) {
        System.exit(status(name, arguments, body));
    }

    private static int status(String name, String[] arguments, Body body) {
        var withFile = arguments.length == 2 && arguments[0].equals("--config");
        if (arguments.length != 0 && !withFile) {
            System.err.println("usage: " + name + " [--config FILE]");
            return WRONG_USAGE;
        }
        Instances.followNames();
        Logging.configure();
        try (var shutdown = new ShutdownSignal()) {
            var file = withFile ? Path.of(arguments[1]) : null;
            try {
                var config = Configuration.load(Map.of(), file);
                Logging.configure(
                        Configuration.choice(config, "log.format", Logging.Format.class),
                        Configuration.choice(config, "log.level", Logging.Detail.class));
                body.run(config, shutdown);
                return 0;
            } catch (ConfigurationException | BusException e) {
                if (!shutdown.isRequested()) {
                    System.err.println(name + ": " + e.getMessage());
                }
            } catch (RuntimeException e) {
                if (!shutdown.isRequested()) { // else what it started was interrupted
                    throw e;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return FAILED;
    }
}
