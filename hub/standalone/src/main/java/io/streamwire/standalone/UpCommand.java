package io.streamwire.standalone;

import io.streamwire.service.ShutdownSignal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs the hub until it is asked to end. */
@Command(
        name = "up",
        description =
                "Runs the hub: every service, with PostgreSQL and Redis in the data directory.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class UpCommand implements Callable<Integer> {

    @Mixin private final HubOptions options = new HubOptions();

    @Spec private CommandSpec spec = CommandSpec.create(); // replaced by picocli

    @Override
    public Integer call() throws InterruptedException {
        try (ShutdownSignal shutdown = new ShutdownSignal();
                Standalone hub = Standalone.start(options.configuration())) {
            spec.commandLine()
                    .getOut()
                    .printf(
                            "Streamwire is ready: %s (data in %s; Ctrl-C stops it)%n",
                            hub.url(), hub.dataDirectory());
            shutdown.await();
        }
        return 0;
    }
}
