package io.streamwire.standalone;

import io.streamwire.broker.Broker;
import io.streamwire.embedded.EmbeddedException;
import io.streamwire.service.ConfigurationException;
import io.streamwire.telemetry.Logging;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands of {@code ./streamwire}. */
@Command(
        name = "streamwire",
        description = "Lets a TikTok LIVE stream move real hardware, safely.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {DemoCommand.class, UpCommand.class, BenchCommand.class})
final class Main {

    private static final String LEAK_DETECTION = "io.netty.leakDetection.level";

    private Main() {}

    public static void main(String[] arguments) {
        if (System.getProperty(LEAK_DETECTION) == null) {
            System.setProperty(LEAK_DETECTION, "disabled"); // it takes a stack trace per sample
        }
        Logging.configure();
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        return new CommandLine(new Main())
                .setExecutionExceptionHandler(Main::explain)
                .execute(arguments);
    }

    /** What a person can change is one line; anything else is a defect and shows where. */
    private static int explain(
            Exception failure, CommandLine command, CommandLine.ParseResult parsed)
            throws Exception {
        switch (failure) {
            case EmbeddedException _, ConfigurationException _, Broker.StartException _ ->
                    command.getErr().println("streamwire: " + failure.getMessage());
            case InterruptedStartException _ -> {
                // The process is already ending; its exit status tells of the signal.
            }
            default -> throw failure;
        }
        return CommandLine.ExitCode.SOFTWARE;
    }
}
